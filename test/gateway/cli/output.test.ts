import { afterEach, describe, expect, it, vi } from 'vitest';

import { say, tell } from '../../../gateway/cli/output.ts';

describe('what a command says', () => {
  afterEach(() => vi.restoreAllMocks());

  it('goes to stdout as a result, and to stderr as a word to the person', () => {
    const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);

    say('result');
    tell('word');

    expect(stdout.mock.calls).toEqual([['result\n']]);
    expect(stderr.mock.calls).toEqual([['word\n']]);
  });
});

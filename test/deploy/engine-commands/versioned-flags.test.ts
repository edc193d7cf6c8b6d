import { describe, expect, it } from 'vitest';

import { always, since } from '../../../deploy/engine-commands/versioned-flags.ts';

describe('a flag that came with a release', () => {
  it.each([
    ['0.5.1', []],
    ['0.5.1.post3', []],
    ['0.5.2', ['--a']],
    ['v0.5.2', ['--a']],
    ['0.5.2rc1', ['--a']],
    ['0.5.10', ['--a']],
    ['1', ['--a']],
    ['0', []],
    ['main', ['--a']],
    [undefined, ['--a']],
  ])('in 0.5.2 is given to %j as %j', (version, given) => {
    expect(since('0.5.2', version, ['--a'])).toEqual(given);
  });

  it('long ago is given to all', () => {
    expect(always('--a', 'b')).toEqual(['--a', 'b']);
  });
});

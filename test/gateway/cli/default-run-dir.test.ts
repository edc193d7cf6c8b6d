import { describe, expect, it } from 'vitest';

import { defaultRunDir } from '../../../gateway/cli/default-run-dir.ts';

describe('the run directory, unless it is named', () => {
  it.each([
    ['of root', {}, 0, '/run/numagate'],
    ['of a user', { HOME: '/u' }, 1_000, '/u/.local/state/numagate'],
    ['of one with a place for state', { HOME: '/u', XDG_STATE_HOME: '/s' }, 1_000, '/s/numagate'],
    ['of one without a home', {}, undefined, '/tmp/.local/state/numagate'],
  ])('%s is a place of its own', (_whose, environment, uid, path) => {
    expect(defaultRunDir(environment, uid)).toBe(path);
  });
});

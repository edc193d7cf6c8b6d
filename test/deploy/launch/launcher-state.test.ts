import { describe, expect, it } from 'vitest';

import { PROTOCOL } from '../../../deploy/launch/launcher-state.ts';
import { aLaunchedReplica, aLauncherState } from '../../support/launched/states.ts';

describe('the state of a launcher', () => {
  it('says the same after it went over the socket', () => {
    const state = aLauncherState(aLaunchedReplica());
    const read: unknown = JSON.parse(JSON.stringify(state));
    // What is not known is left out there, and reads as `undefined`.
    expect(read).toEqual(state);
  });

  it('is of a protocol that both sides can compare', () => {
    expect(Number.isSafeInteger(PROTOCOL)).toBe(true);
  });
});

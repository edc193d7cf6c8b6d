import { describe, expect, it } from 'vitest';

import { restartDelayMs } from '../../../deploy/launch/restart-delay.ts';

describe('the wait before a restart', () => {
  it('doubles with each failure in a row, from a second to a minute', () => {
    const seconds = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => restartDelayMs(failures) / 1_000);
    expect(seconds).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(restartDelayMs(10_000)).toBe(60_000);
  });
});

import { describe, expect, it } from 'vitest';
import {
  BURST_SHARE_MAX,
  latenessShareMax,
  lateProcesses,
  PACE_SHARE_MAX,
  stepWallMs,
} from '../../../gateway/replay/keep-up.ts';
import { summarize } from '../../../gateway/replay/statistics.ts';
import { aLateness } from './builders.ts';

describe('a step in wall time', () => {
  it('is the median gap, shorter at a higher speed', () => {
    const interTokenMs = summarize([60, 90, 900]);

    expect(stepWallMs({ interTokenMs }, 1)).toBe(90);
    expect(stepWallMs({ interTokenMs }, 3)).toBe(30);
  });
});

describe('lateness', () => {
  it('may come to a twentieth of a step where it sets the pace, to a half where it takes bursts', () => {
    expect(latenessShareMax(aLateness({ keepsPace: true }))).toBe(PACE_SHARE_MAX);
    expect(latenessShareMax(aLateness({ keepsPace: false }))).toBe(BURST_SHARE_MAX);
  });

  it.each([
    [true, 1, []],
    [true, 1.01, ['replica-0']],
    [false, 10, []],
    [false, 10.01, ['replica-0']],
  ])(
    'of a process that keeps the pace (%s) is too much past its bound: %d ms of 20',
    (keepsPace, p99Ms, late) => {
      const lateness = [aLateness({ process: 'replica-0', keepsPace, p99Ms })];

      expect(lateProcesses(lateness, 20).map(({ process }) => process)).toEqual(late);
    },
  );
});

import { describe, expect, it } from 'vitest';
import {
  BURST_SHARE_MAX,
  latenessShareMax,
  latePastShare,
  lateProcesses,
  PACE_SHARE_MAX,
  stepWallMs,
} from '../../../gateway/replay/keep-up.ts';
import { summarize } from '../../../gateway/replay/statistics.ts';
import { aLateness } from './builders.ts';

describe('a step in wall time', () => {
  const timePerOutputTokenMs = summarize([100, 120, 150]);

  it('is the median gap, shorter at a higher speed', () => {
    const interTokenMs = summarize([60, 90, 900]);

    expect(stepWallMs({ interTokenMs, timePerOutputTokenMs }, 1)).toBe(90);
    expect(stepWallMs({ interTokenMs, timePerOutputTokenMs }, 3)).toBe(30);
  });

  it('is the median time a token where most tokens come together', () => {
    expect(stepWallMs({ interTokenMs: summarize([0, 0, 900]), timePerOutputTokenMs }, 1)).toBe(120);
  });
});

describe('lateness', () => {
  it('may come to a twentieth of a step where it sets the pace, to a half where it takes bursts', () => {
    expect(latenessShareMax(aLateness({ keepsPace: true }))).toBe(PACE_SHARE_MAX);
    expect(latenessShareMax(aLateness({ keepsPace: false }))).toBe(BURST_SHARE_MAX);
  });

  it.each([
    [true, 5, []],
    [true, 5.01, ['replica-0']],
    [false, 50, []],
    [false, 50.01, ['replica-0']],
  ])(
    'of a process that keeps the pace (%s) is too much past its bound: %d ms of 100',
    (keepsPace, p99Ms, late) => {
      const lateness = [aLateness({ process: 'replica-0', keepsPace, p99Ms })];

      expect(lateProcesses(lateness, 100).map(({ process }) => process)).toEqual(late);
    },
  );

  it.each([
    [1.99, 200, []],
    [2, 200, ['replica-0']],
    [2, 199, []],
    [2, undefined, ['replica-0']],
  ])(
    'of %d ms in %s samples says nothing of the machine below its bounds',
    (p99Ms, samples, late) => {
      const lateness = [aLateness({ process: 'replica-0', keepsPace: true, p99Ms, samples })];

      expect(latePastShare(lateness, 10)).toHaveLength(1);
      expect(lateProcesses(lateness, 10).map(({ process }) => process)).toEqual(late);
    },
  );
});

import { describe, expect, it } from 'vitest';

import { EVENT_MS, GpuHealth } from '../../../telemetry/gpu/gpu-health.ts';
import type { GpuSample } from '../../../telemetry/gpu/gpu-sample.ts';

const sound: GpuSample = {
  index: 0,
  throttling: ['sw-power-cap'],
  uncorrectedErrors: 7,
  rowRemapPending: false,
  rowRemapFailed: false,
};

/** One that was seen sound at 0. */
function aGpu(): GpuHealth {
  const health = new GpuHealth();
  health.observe(sound, 0);
  return health;
}

function ailments(health: GpuHealth, nowMs = 0): readonly string[] {
  return health.verdict(nowMs).findings.map(({ ailment }) => ailment);
}

describe('a GPU', () => {
  it('is healthy where nothing speaks against it, old errors included', () => {
    expect(aGpu().verdict(0)).toEqual({ state: 'healthy', findings: [] });
    expect(new GpuHealth().verdict(0).state).toBe('healthy');
  });

  it.each([
    [{ recovery: 'Reset' }, 'recovery', 'its driver asks for a recovery: Reset'],
    [{ rowRemapFailed: true }, 'rows-exhausted', 'its memory has more bad rows than spare ones'],
    [{ fault: 'GPU requires reset' }, 'fault', 'nvidia-smi says: GPU requires reset'],
  ] as const)('is sick as long as it tells %j', (trouble, ailment, words) => {
    const health = aGpu();
    health.observe({ ...sound, ...trouble }, 1);

    const { state, findings } = health.verdict(10 * EVENT_MS);
    expect(state).toBe('sick');
    expect(findings).toEqual([{ severity: 'sick', ailment, words }]);

    health.observe(sound, 2);
    expect(health.verdict(2).state).toBe('healthy');
  });

  it.each([
    [{ rowRemapPending: true }, 'row-pending'],
    [{ throttling: ['hw-thermal', 'sw-power-cap'] }, 'throttled'],
    [{ fault: 'Unknown Error' }, 'unreadable'],
  ] as const)('with %j has a warning, and serves', (trouble, ailment) => {
    const health = aGpu();
    health.observe({ ...sound, ...trouble }, 1);

    expect(health.verdict(1).state).toBe('warning');
    expect(ailments(health)).toEqual([ailment]);
  });

  it('that is hot and sick is sick, for both reasons', () => {
    const health = aGpu();
    health.observe({ ...sound, throttling: ['hw-thermal'], recovery: 'Reboot' }, 1);

    expect(health.verdict(1).state).toBe('sick');
    expect(ailments(health)).toEqual(['recovery', 'throttled']);
  });
});

describe('memory errors that cannot be corrected', () => {
  it('make it sick when there are more of them, until they are long enough ago', () => {
    const health = aGpu();
    health.observe({ ...sound, uncorrectedErrors: 8 }, 1_000);

    expect(health.verdict(1_000).findings).toEqual([
      {
        ailment: 'ecc',
        severity: 'sick',
        words: 'its memory has 1 more errors that cannot be corrected (8)',
      },
    ]);
    expect(health.verdict(1_000 + EVENT_MS - 1).state).toBe('sick');
    expect(health.verdict(1_000 + EVENT_MS).state).toBe('healthy');
  });

  it('count from the latest on', () => {
    const health = aGpu();
    health.observe({ ...sound, uncorrectedErrors: 8 }, 1_000);
    health.observe({ ...sound, uncorrectedErrors: 9 }, 2_000);

    expect(health.verdict(1_000 + EVENT_MS).state).toBe('sick');
    expect(health.verdict(2_000 + EVENT_MS).state).toBe('healthy');
  });

  it('are over with a reset, after which they count from the beginning', () => {
    const health = aGpu();
    health.observe({ ...sound, uncorrectedErrors: 8 }, 1_000);
    health.struck(48, 1_000);
    health.observe({ ...sound, uncorrectedErrors: 0 }, 2_000);

    expect(health.verdict(2_000).state).toBe('healthy');
  });

  it('are compared over looks that do not tell of them', () => {
    const health = aGpu();
    const { uncorrectedErrors: _, ...silent } = sound;
    health.observe(silent, 1_000);
    expect(health.verdict(1_000).state).toBe('healthy');

    health.observe({ ...sound, uncorrectedErrors: 8 }, 2_000);
    expect(health.verdict(2_000).state).toBe('sick');
  });
});

describe('a GPU that does not answer', () => {
  it('while others do is lost at the second look, and back with its first answer', () => {
    const health = aGpu();
    health.missed();
    expect(health.verdict(1).state).toBe('healthy');
    health.missed();
    expect(health.verdict(1).state).toBe('sick');
    expect(ailments(health)).toEqual(['lost']);

    health.observe(sound, 2);
    expect(health.verdict(2).state).toBe('healthy');
    health.missed();
    expect(health.verdict(2).state).toBe('healthy');
  });

  it('is lost at once where the driver says so', () => {
    const health = aGpu();
    health.lost();

    expect(ailments(health)).toEqual(['lost']);
  });
});

describe('an XID', () => {
  it('of a fault of the GPU makes it sick for a time', () => {
    const health = aGpu();
    health.struck(79, 5_000);

    expect(health.verdict(5_000)).toEqual({
      state: 'sick',
      findings: [
        { ailment: 'xid', severity: 'sick', words: 'XID 79: the GPU has fallen off the bus' },
      ],
    });
    expect(health.verdict(5_000 + EVENT_MS - 1).state).toBe('sick');
    expect(health.verdict(5_000 + EVENT_MS).state).toBe('healthy');
  });

  it('that it survives is a warning, and one of a program nothing', () => {
    const health = aGpu();
    health.struck(63, 0);
    expect(health.verdict(0).state).toBe('warning');

    const other = aGpu();
    other.struck(31, 0);
    expect(other.verdict(0).state).toBe('healthy');
  });

  it('stands beside others, each told once', () => {
    const health = aGpu();
    for (const code of [119, 119, 63, 119]) health.struck(code, 0);

    expect(ailments(health)).toEqual(['xid', 'xid']);
  });

  it('is forgotten where somebody says that it is mended, and a standing fault is not', () => {
    const health = aGpu();
    health.observe({ ...sound, recovery: 'Reset' }, 0);
    health.struck(95, 0);
    health.forgive();

    expect(ailments(health)).toEqual(['recovery']);
  });
});

import { describe, expect, it } from 'vitest';

import { createScheduler } from '../../../deploy/simulator/create-scheduler.ts';
import { findPreset, presetNames } from '../../../deploy/simulator/presets.ts';

const published = [
  'sglang-0.2.14-8xh100-tp8',
  'vllm-0.5.5-8xh100-tp8',
  'vllm-0.5.5-same-gpu-8xh100-tp8',
];

describe('the presets', () => {
  it('have names of their own', () => {
    expect(new Set(presetNames).size).toBe(presetNames.length);
  });

  it('an unknown name finds none', () => {
    expect(findPreset('sglang')).toBeUndefined();
    expect(findPreset('')).toBeUndefined();
  });

  it('only those of the published runs are not marked as extrapolated', () => {
    const calibrated = presetNames.filter((name) => findPreset(name)?.extrapolated === false);

    expect(calibrated).toEqual(published);
  });

  it('two TP4 replicas stand for the halves of the published SGLang host', () => {
    const whole = findPreset('sglang-0.2.14-8xh100-tp8');
    const half = findPreset('sglang-0.2.14-4xh100-tp4');

    expect(half).toEqual({
      ...whole,
      name: 'sglang-0.2.14-4xh100-tp4',
      hardware: '4×H100, tensor parallel 4',
      gpuCount: 4,
      kvCapacityTokens: 596_924,
      stepTimes: {
        prefillBaseMs: 18.04,
        prefillMsPerToken: 0.07774,
        graphSequencesMax: 160,
        graphBaseMs: 18.36,
        graphMsPerSequence: 0.1308,
        eagerBaseMs: 26.9,
        eagerMsPerSequence: 0.1339,
        decodeMsPerKvToken: 4.026e-5,
      },
      extrapolated: true,
      note: expect.stringContaining('extrapolated'),
    });
  });
});

describe.each(presetNames)('%s', (name) => {
  const preset = findPreset(name);

  it('is found under its own name, which tells engine and GPUs', () => {
    expect(preset?.name).toBe(name);
    expect(name).toContain(preset?.engine);
    expect(name).toContain(`${preset?.gpuCount}xh100-tp${preset?.gpuCount}`);
  });

  it('says in words that it is simulated, and whether it is extrapolated', () => {
    expect(preset?.note).toMatch(/^Simulated/);
    expect(preset?.note.includes('extrapolated')).toBe(preset?.extrapolated);
  });

  it('has a KV cache of whole blocks that holds the longest request', () => {
    expect(preset).toBeDefined();
    if (preset === undefined) return;
    expect(preset.kvCapacityTokens % preset.kvBlockTokens).toBe(0);
    expect(createScheduler(preset).kvCapacityTokens).toBe(preset.kvCapacityTokens);
  });
});

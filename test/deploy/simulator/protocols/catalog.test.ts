import { describe, expect, it } from 'vitest';
import { presetNames } from '../../../../deploy/simulator/presets.ts';
import { findProtocol, protocols } from '../../../../deploy/simulator/protocols/catalog.ts';
import { thePreset } from '../../../support/simulator.ts';

describe('the protocol of a preset', () => {
  it.each([
    ['sglang-0.2.14-8xh100-tp8', 'sglang-0.2'],
    ['sglang-0.2.14-4xh100-tp4', 'sglang-0.2'],
    ['vllm-0.5.5-8xh100-tp8', 'vllm-0.5'],
    ['vllm-0.5.5-same-gpu-8xh100-tp8', 'vllm-0.5'],
    ['vllm-current-8xh100-tp8', 'vllm-current'],
    ['sglang-current-8xh100-tp8', 'sglang-current'],
  ])('%s is %s', (preset, name) => {
    expect(findProtocol(thePreset(preset)).name).toBe(name);
  });

  it('is there for every preset', () => {
    for (const name of presetNames) {
      expect(protocols).toContain(findProtocol(thePreset(name)));
    }
  });

  it('is the current one of its engine for a version that has none of its own', () => {
    expect(findProtocol({ engine: 'vllm', engineVersion: '0.40.0' }).name).toBe('vllm-current');
    expect(findProtocol({ engine: 'sglang', engineVersion: '1.0' }).name).toBe('sglang-current');
  });
});

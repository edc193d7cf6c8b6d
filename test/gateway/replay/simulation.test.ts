import { describe, expect, it } from 'vitest';

import {
  presetsOf,
  simulatedBy,
  simulationBy,
  simulationLabel,
} from '../../../gateway/replay/simulation.ts';

const published = 'sglang-0.2.14-8xh100-tp8';
const extrapolated = 'sglang-0.2.14-4xh100-tp4';

describe('a simulation', () => {
  it('is none where nobody simulates', () => {
    expect(simulationBy([])).toBeUndefined();
  });

  it.each([
    [[published], false, 'Simulated'],
    [[published, extrapolated], true, 'Simulated, extrapolated'],
    [['of-tomorrow', extrapolated], true, 'Simulated, extrapolated'],
    [['of-tomorrow', published], undefined, 'Simulated'],
  ])('by %j is extrapolated: %s', (presets, isExtrapolated, label) => {
    const simulation = simulationBy(presets);

    expect(simulation?.isExtrapolated).toBe(isExtrapolated);
    expect(simulation && simulationLabel(simulation)).toBe(label);
  });

  it('names each preset once, and knows those that are here', () => {
    const simulation = simulationBy([published, 'a-stranger', published]);

    expect(simulation?.presets).toEqual(['a-stranger', published]);
    expect(simulation && presetsOf(simulation).map(({ name }) => name)).toEqual([published]);
  });
});

describe('an answer', () => {
  it.each([
    ['numagate-simulator (simulated vllm-0.5.5-8xh100-tp8)', 'vllm-0.5.5-8xh100-tp8'],
    ['uvicorn', undefined],
    ['other (numagate-simulator)', undefined],
    [undefined, undefined],
  ])('of server %s is simulated by %s', (server, preset) => {
    expect(simulatedBy(server === undefined ? {} : { server })).toBe(preset);
  });
});

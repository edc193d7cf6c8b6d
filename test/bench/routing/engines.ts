import { findPreset } from '../../../deploy/simulator/presets.ts';
import type { Preset } from '../../../deploy/simulator/presets.ts';

/** The two kinds of scheduler that engines have: prompts before everything, or chunks of them beside decoding. */
export type EngineKind = 'prefill-first' | 'mixed';

export const engineKinds: readonly EngineKind[] = ['prefill-first', 'mixed'];

function preset(name: string): Preset {
  const found = findPreset(name);
  if (found === undefined) throw new RangeError(`no preset ${name}`);
  return found;
}

const prefillFirst = preset('sglang-0.2.14-4xh100-tp4');
const current = preset('vllm-current-8xh100-tp8');

/** A current engine on the same four GPUs: its scheduler and blocks, their step times, with graphs for every batch. */
const mixed: Preset = {
  ...current,
  name: 'current-4xh100-tp4',
  hardware: prefillFirst.hardware,
  gpuCount: prefillFirst.gpuCount,
  kvCapacityTokens: wholeBlocks(prefillFirst.kvCapacityTokens, current.kvBlockTokens),
  stepTimes: { ...prefillFirst.stepTimes, graphSequencesMax: Infinity },
  extrapolated: true,
  note: 'Simulated, extrapolated: a current scheduler on the GPU costs of the SGLang 0.2.14 fit, halved.',
};

const presets: Readonly<Record<EngineKind, Preset>> = { 'prefill-first': prefillFirst, mixed };

/** A replica of one kind. */
export function engine(kind: EngineKind): Preset {
  return presets[kind];
}

/** The same with a share of its KV cache. */
export function withKvShare(base: Preset, share: number): Preset {
  const tokens = wholeBlocks(base.kvCapacityTokens * share, base.kvBlockTokens);
  return { ...base, name: `${base.name}-kv-${share}`, kvCapacityTokens: tokens };
}

/** The same with a longer context. */
export function withContext(base: Preset, contextTokensMax: number): Preset {
  return { ...base, contextTokensMax };
}

function wholeBlocks(tokens: number, blockTokens: number): number {
  return Math.floor(tokens / blockTokens) * blockTokens;
}

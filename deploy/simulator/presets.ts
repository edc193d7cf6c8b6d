import type { SchedulerLimits } from './scheduler.ts';
import type { StepTimes } from './step-time.ts';

/** Everything about one simulated replica. */
export interface Preset extends SchedulerLimits {
  readonly name: string;
  /** Whose protocol it speaks. */
  readonly engine: 'sglang' | 'vllm';
  readonly engineVersion: string;
  /** Whose batching it follows. `current` stands for what both engines do today. */
  readonly scheduler: 'sglang-0.2' | 'vllm-0.5' | 'current';
  /** Model id that it serves unless told otherwise. */
  readonly model: string;
  /** GPUs of the replica, as people write it. */
  readonly hardware: string;
  readonly gpuCount: number;
  readonly stepTimes: StepTimes;
  /** Time that the front end spends on each visible chunk, one after another; 0 turns it off. */
  readonly frontEndMsPerChunk: number;
  /**
   * Chance, 0 to 1, that a token between first and last is not sent by itself but with the next.
   */
  readonly chunkLossRate: number;
  /** Time between the last token and the end of the stream. */
  readonly streamTailMs: number;
  /** True when no published run was made on this replica: shown wherever its figures are shown. */
  readonly extrapolated: boolean;
  /** Where the figures come from, in a sentence. */
  readonly note: string;
}

/** The model of the published runs: 40,960 KV bytes a token on each of eight GPUs. */
const LLAMA_3_70B = 'meta-llama/Meta-Llama-3-70B-Instruct';

/** Step times fitted on the published SGLang 0.2.14 run, 8×H100, tensor parallel 8. */
const sglangTp8: StepTimes = {
  prefillBaseMs: 18.04,
  prefillMsPerToken: 0.03887,
  graphSequencesMax: 160,
  graphBaseMs: 14.08,
  graphMsPerSequence: 0.1006,
  eagerBaseMs: 22.62,
  eagerMsPerSequence: 0.103,
  decodeMsPerKvToken: 2.013e-5,
};

/** Half the GPUs: each reads twice the weights and KV bytes; launch and network costs stay. */
const sglangTp4: StepTimes = {
  prefillBaseMs: 18.04,
  prefillMsPerToken: 0.07774,
  graphSequencesMax: 160,
  graphBaseMs: 18.36,
  graphMsPerSequence: 0.1308,
  eagerBaseMs: 26.9,
  eagerMsPerSequence: 0.1339,
  decodeMsPerKvToken: 4.026e-5,
};

/** Fitted on the published vLLM 0.5.5 run; its batches never pass the captured graphs. */
const vllmTp8: StepTimes = {
  prefillBaseMs: 12.13,
  prefillMsPerToken: 0.04179,
  graphSequencesMax: 256,
  graphBaseMs: 25.38,
  graphMsPerSequence: 0.19,
  eagerBaseMs: 25.38,
  eagerMsPerSequence: 0.19,
  decodeMsPerKvToken: 2.801e-6,
};

/** The vLLM 0.5.5 run with prefill and KV reads at SGLang's figures: the GPUs are the same. */
const vllmSameGpuTp8: StepTimes = {
  prefillBaseMs: 18.04,
  prefillMsPerToken: 0.03887,
  graphSequencesMax: 256,
  graphBaseMs: 19.94,
  graphMsPerSequence: 0.167,
  eagerBaseMs: 19.94,
  eagerMsPerSequence: 0.167,
  decodeMsPerKvToken: 2.013e-5,
};

/**
 * The GPUs of the SGLang run with graphs for every batch size, as both engines capture them today.
 */
const currentTp8: StepTimes = { ...sglangTp8, graphSequencesMax: Infinity };

const sglang: Preset = {
  name: 'sglang-0.2.14-8xh100-tp8',
  engine: 'sglang',
  engineVersion: '0.2.14',
  scheduler: 'sglang-0.2',
  model: LLAMA_3_70B,
  hardware: '8×H100, tensor parallel 8',
  gpuCount: 8,
  contextTokensMax: 8192,
  kvCapacityTokens: 1_441_000,
  kvBlockTokens: 1,
  runningSequencesMax: 5119,
  stepTokensMax: 8192,
  stepTimes: sglangTp8,
  frontEndMsPerChunk: 0,
  chunkLossRate: 0.0306,
  streamTailMs: 50,
  extrapolated: false,
  note: 'Simulated, calibrated on the published SGLang 0.2.14 run (1000 requests, 4096/2048).',
};

const vllm: Preset = {
  ...sglang,
  name: 'vllm-0.5.5-8xh100-tp8',
  engine: 'vllm',
  engineVersion: '0.5.5',
  scheduler: 'vllm-0.5',
  kvCapacityTokens: 1_500_000,
  kvBlockTokens: 16,
  runningSequencesMax: 256,
  stepTokensMax: 8192,
  stepTimes: vllmTp8,
  frontEndMsPerChunk: 0.3654,
  chunkLossRate: 0.0042,
  note: 'Simulated, calibrated on the published vLLM 0.5.5 run (1000 requests, 4096/2048).',
};

const current: Preset = {
  ...sglang,
  name: 'vllm-current-8xh100-tp8',
  engine: 'vllm',
  engineVersion: '0.32.0',
  scheduler: 'current',
  kvCapacityTokens: 1_440_992,
  kvBlockTokens: 16,
  runningSequencesMax: 1024,
  stepTokensMax: 8192,
  stepTimes: currentTp8,
  chunkLossRate: 0,
  streamTailMs: 0,
  extrapolated: true,
  note: 'Simulated, extrapolated: GPU costs of the SGLang 0.2.14 fit under a current scheduler.',
};

const presets: readonly Preset[] = [
  sglang,
  {
    ...sglang,
    name: 'sglang-0.2.14-4xh100-tp4',
    hardware: '4×H100, tensor parallel 4',
    gpuCount: 4,
    kvCapacityTokens: 596_924,
    stepTimes: sglangTp4,
    extrapolated: true,
    note: 'Simulated, extrapolated from the 8×H100 fit: weights and KV bytes per GPU double.',
  },
  vllm,
  {
    ...vllm,
    name: 'vllm-0.5.5-same-gpu-8xh100-tp8',
    stepTimes: vllmSameGpuTp8,
    frontEndMsPerChunk: 0.3666,
    note: 'Simulated, calibrated on the published vLLM 0.5.5 run with the GPU costs of the SGLang fit.',
  },
  current,
  {
    ...current,
    name: 'sglang-current-8xh100-tp8',
    engine: 'sglang',
    engineVersion: '0.5.23',
    kvBlockTokens: 64,
    kvCapacityTokens: 1_440_960,
  },
];

/** Names of all presets, the published runs among them. */
export const presetNames: readonly string[] = presets.map((preset) => preset.name);

/** The preset of that exact name, or `undefined`. */
export function findPreset(name: string): Preset | undefined {
  return presets.find((preset) => preset.name === name);
}

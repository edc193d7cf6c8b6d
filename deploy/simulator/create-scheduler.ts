import { CurrentScheduler } from './current-scheduler.ts';
import type { Preset } from './presets.ts';
import type { Scheduler } from './scheduler.ts';
import { SglangScheduler } from './sglang-scheduler.ts';
import { VllmScheduler } from './vllm-scheduler.ts';

const constructors = {
  'sglang-0.2': SglangScheduler,
  'vllm-0.5': VllmScheduler,
  current: CurrentScheduler,
} as const;

/** The scheduler that a preset names, with all its KV free. */
export function createScheduler(preset: Preset): Scheduler {
  return new constructors[preset.scheduler](preset);
}

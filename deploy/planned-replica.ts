import type { CpuRange } from './placement.ts';

/** One replica as it is to be started: where it runs, with what command, and why. */
export interface PlannedReplica {
  /** Unique in its plan, and the same whenever the plan is the same: `sglang-0`. */
  readonly id: string;
  /** The engine's kind: `sglang`, `vllm`, `llama.cpp`, or the word that a template was given. */
  readonly engine: string;
  readonly model: string;
  /** Where the engine listens, on the loopback address. */
  readonly port: number;
  /** As `CUDA_VISIBLE_DEVICES` takes them: UUIDs, or indices where no UUID is known. Empty on a CPU-only host. */
  readonly gpus: readonly string[];
  /** Ascending; more than one where the replica crosses nodes. */
  readonly numaNodes: readonly number[];
  /** The CPUs that its threads may use, ascending. */
  readonly cpus: readonly CpuRange[];
  /** The NUMA nodes that its memory may come from, ascending. */
  readonly memoryNodes: readonly number[];
  /** What is added to the environment that the launcher gives it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The engine's command, without the prefix that pins it. */
  readonly argv: readonly string[];
  /** Tokens that its KV cache should hold; absent where the model or the GPU's memory is not known. */
  readonly kvTokensExpected?: number;
  /** Why it is as it is, a sentence each. */
  readonly reasons: readonly string[];
}

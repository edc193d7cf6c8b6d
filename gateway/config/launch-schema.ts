import { z } from 'zod';

import { parseCpuList } from '../../deploy/launcher.ts';
import type { LaunchSettings } from './settings.ts';

const HOUR_MS = 3_600_000;

/** 100 million tokens: ten times the KV cache of the largest published replica. */
const KV_TOKENS_MAX = 100_000_000;

/** Longest word of a command line, and longest value of an environment. */
const WORD_CHARACTERS_MAX = 32_768;

/** As many replicas as a launcher keeps on one host. */
const REPLICAS_MAX = 256;

const word = z
  .string()
  .max(WORD_CHARACTERS_MAX)
  .regex(/^[^\0]*$/, 'text without a null character');

const node = z.int().min(0).max(1_023);

const cpuList = z.string().max(4_096).refine(isCpuList, 'a list of CPUs such as 0-95,192-287');

function isCpuList(text: string): boolean {
  try {
    parseCpuList(text);
    return true;
  } catch {
    return false;
  }
}

const launchedReplica = z.strictObject({
  id: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, 'letters, digits and any of . _ : -')
    .refine((id) => id !== 'launcher', "another name: launcher.log is the launcher's own")
    .describe('Name in metrics, logs and headers, and of its log file.'),
  engine: word
    .min(1)
    .max(64)
    .describe(
      'Engine: `sglang`, `vllm`, `llama-cpp`, `openai`, or any word where it may be asked.',
    ),
  model: word.min(1).max(4_096).describe('Model; stands for `{model}` in `argv`.'),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .describe('Where the engine listens on 127.0.0.1; stands for `{port}` in `argv`.'),
  argv: z
    .array(word)
    .min(1)
    .max(1_000)
    .describe('The command, a word each; `{id}`, `{model}` and `{port}` are filled in.'),
  gpus: z
    .array(word.min(1).max(128))
    .max(64)
    .default([])
    .describe('Its GPUs, as `CUDA_VISIBLE_DEVICES` takes them.'),
  cpus: cpuList.optional().describe('CPUs that its threads are kept on, as `0-95,192-287`.'),
  memoryNodes: z.array(node).max(64).default([]).describe('NUMA nodes that its memory comes from.'),
  environment: z.record(word.min(1), word).default({}).describe('Added to its environment.'),
  kvCapacityTokens: z
    .int()
    .min(1)
    .max(KV_TOKENS_MAX)
    .optional()
    .describe('KV cache, in tokens, where the engine does not tell.'),
});

/** The engines that the gateway has started for it, and how long they may take. */
export const launchSchema: z.ZodType<LaunchSettings> = z.strictObject({
  runDir: word
    .min(1)
    .max(4_096)
    .optional()
    .describe(
      'Folder of the launcher: `/run/numagate` for root, else `~/.local/state/numagate`, unless given.',
    ),
  // The largest models take a quarter of an hour from a slow disk.
  readyMsMax: z
    .int()
    .min(1_000)
    .max(24 * HOUR_MS)
    .default(HOUR_MS / 2)
    .describe('From the start of an engine until it answers; then it is started again.'),
  // An engine that was told to end finishes its streams, and a long answer takes minutes.
  stopMsMax: z
    .int()
    .min(0)
    .max(HOUR_MS)
    .default(60_000)
    .describe('Time that an engine has to finish after SIGTERM; then it is killed.'),
  replicas: z.array(launchedReplica).max(REPLICAS_MAX).default([]),
});

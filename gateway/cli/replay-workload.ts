import type { Workload } from '../replay/workload.ts';
import { workloadPresets } from '../replay/workloads/presets.ts';
import type { WorkloadPreset } from '../replay/workloads/presets.ts';
import { publishedRandomOptions, randomWorkload } from '../replay/workloads/random.ts';
import type { RandomWorkloadOptions } from '../replay/workloads/random.ts';
import { ShareGptError, shareGptWorkload } from '../replay/workloads/sharegpt.ts';
import { TraceError, traceWorkload } from '../replay/workloads/trace.ts';
import type { DatasetName, ReplayFlags } from './replay-flags.ts';
import { UsageError } from './usage-error.ts';

/** Reads a file as text. */
export type ReadText = (path: string) => string;

/** The workload that the flags describe. Throws a `UsageError` where they or the file do not fit. */
export function planWorkload(flags: ReplayFlags, readText: ReadText): Workload {
  const preset: WorkloadPreset = workloadPresets[flags.preset ?? ''] ?? {};
  const dataset = flags.datasetName ?? preset.dataset ?? 'random';
  if (dataset === 'trace' || dataset === 'sharegpt') {
    return fileWorkload(dataset, flags, preset, readText);
  }
  if (flags.datasetPath !== undefined) {
    throw new UsageError(
      `--dataset-path ${flags.datasetPath}: --dataset-name ${dataset} reads no file; it must be trace or sharegpt.`,
    );
  }
  return randomWorkload(randomOptions(dataset, flags, preset));
}

function randomOptions(
  dataset: RandomWorkloadOptions['dataset'],
  flags: ReplayFlags,
  preset: WorkloadPreset,
): RandomWorkloadOptions {
  const usual = { ...publishedRandomOptions, ...preset };
  return {
    ...publishedRandomOptions,
    dataset,
    rules: flags.rules,
    seed: flags.seed,
    requests: flags.numPrompts ?? usual.requests,
    inputTokens: flags.randomInputLen ?? usual.inputTokens,
    outputTokens: flags.randomOutputLen ?? usual.outputTokens,
    rangeRatio: flags.randomRangeRatio ?? usual.rangeRatio,
    requestRate: flags.requestRate ?? usual.requestRate,
  };
}

function fileWorkload(
  dataset: DatasetName,
  flags: ReplayFlags,
  preset: WorkloadPreset,
  readText: ReadText,
): Workload {
  const path = flags.datasetPath;
  if (path === undefined) {
    throw new UsageError(`--dataset-path: --dataset-name ${dataset} needs a file to read.`);
  }
  const text = readFile(path, readText);
  try {
    if (dataset === 'trace') return traceWorkload(text, flags.numPrompts);
    const { requests, requestRate } = { ...publishedRandomOptions, ...preset };
    return shareGptWorkload(text, {
      requests: flags.numPrompts ?? requests,
      requestRate: flags.requestRate ?? requestRate,
      seed: flags.seed,
      outputTokens: undefined,
    });
  } catch (error) {
    if (!(error instanceof TraceError || error instanceof ShareGptError)) throw error;
    throw new UsageError(`--dataset-path ${path}: ${error.message}.`, { cause: error });
  }
}

function readFile(path: string, readText: ReadText): string {
  try {
    return readText(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--dataset-path ${path}: ${reason}.`, { cause });
  }
}

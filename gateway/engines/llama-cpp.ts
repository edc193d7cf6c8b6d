import type { EngineKind, LoadReading, LoadSource, LoadTimes } from './engine-kind.ts';
import type { JsonObject } from './json-page.ts';
import { asObject, countOf, objectsOf, readObject, readObjects, textOf } from './json-page.ts';
import { llamaCppMetrics } from './metric-names.ts';
import { readMetricsLoad } from './metrics-page.ts';
import { longestContext, MODELS_PATH, readModels } from './model-page.ts';

const PROPS_PATH = '/props';
const SLOTS_PATH = '/slots';
const METRICS_PATH = '/metrics';

const slotsAndMetrics: LoadSource = {
  paths: [SLOTS_PATH, METRICS_PATH],
  read([slots, page = ''], times) {
    const told = readMetricsLoad(page, llamaCppMetrics, times);
    const seen = readSlots(slots, times);
    if (told === undefined || seen === undefined) return undefined;
    const { runningRequests, kvCacheUsage } = seen.load;
    return { ...told, load: { ...told.load, runningRequests, kvCacheUsage } };
  },
};

/** Without `--metrics` the queue is not told; a server with a free slot has none. */
const slotsAlone: LoadSource = {
  paths: [SLOTS_PATH],
  read: ([page], times) => readSlots(page, times),
};

const metricsAlone: LoadSource = {
  paths: [METRICS_PATH],
  read: ([page = ''], times) => readMetricsLoad(page, llamaCppMetrics, times),
};

/** llama.cpp's server. */
export const llamaCpp: EngineKind = {
  name: 'llama-cpp',
  healthPath: '/health',
  announcesDrain: false,
  factPaths: [PROPS_PATH, SLOTS_PATH, METRICS_PATH],
  loadSources: [slotsAndMetrics, slotsAlone, metricsAlone],
  recognise(pages) {
    const props = readObject(pages.get(PROPS_PATH));
    const slots = countOf(props, 'total_slots');
    if (slots === undefined) return undefined;
    // Each slot has its own share of the context.
    const slotTokens =
      countOf(asObject(props?.['default_generation_settings']), 'n_ctx') ??
      longestContext(readModels(pages.get(MODELS_PATH)));
    return {
      version: textOf(props, 'build_info'),
      contextTokensMax: slotTokens,
      kvCapacityTokens: slotTokens === undefined ? undefined : slots * slotTokens,
      kvBlockTokens: 1,
    };
  },
};

function readSlots(page: string | undefined, { askedMs }: LoadTimes): LoadReading | undefined {
  const slots = readObjects(page);
  if (slots.length === 0) return undefined;
  const busy = slots.filter((slot) => slot['is_processing'] === true);
  const capacity = sum(slots, (slot) => countOf(slot, 'n_ctx') ?? 0);
  return {
    load: {
      takenAtMs: askedMs,
      runningRequests: busy.length,
      waitingRequests: 0,
      kvCacheUsage: capacity === 0 ? 0 : Math.min(sum(busy, tokensOf) / capacity, 1),
      runningRequestsMax: slots.length,
    },
    startedAt: undefined,
    workDone: undefined,
  };
}

/** Prompt and output that a busy slot holds. */
function tokensOf(slot: JsonObject): number {
  const output = objectsOf(slot['next_token'])[0] ?? asObject(slot['next_token']);
  return (countOf(slot, 'n_prompt_tokens') ?? 0) + (countOf(output, 'n_decoded') ?? 0);
}

function sum(slots: readonly JsonObject[], valueOf: (slot: JsonObject) => number): number {
  return slots.reduce((total, slot) => total + valueOf(slot), 0);
}

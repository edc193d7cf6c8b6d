import { labelOf, samplesOf } from '../wire/prometheus-text.ts';
import type { EngineFacts, EngineKind, EnginePages, LoadSource } from './engine-kind.ts';
import { readObject, textOf } from './json-page.ts';
import { VLLM_CACHE_INFO, vllmMetrics } from './metric-names.ts';
import { readMetricsLoad } from './metrics-page.ts';
import { longestContext, MODELS_PATH, readModels } from './model-page.ts';

const METRICS_PATH = '/metrics';
const VERSION_PATH = '/version';

const metrics: LoadSource = {
  paths: [METRICS_PATH],
  read: ([page = ''], times) => readMetricsLoad(page, vllmMetrics, times),
};

/** vLLM, 0.5.5 and later. */
export const vllm: EngineKind = {
  name: 'vllm',
  healthPath: '/health',
  announcesDrain: false,
  factPaths: [VERSION_PATH, METRICS_PATH],
  loadSources: [metrics],
  recognise(pages) {
    const version = textOf(readObject(pages.get(VERSION_PATH)), 'version');
    if (version === undefined || !isVllm(pages)) return undefined;
    return {
      version,
      contextTokensMax: longestContext(readModels(pages.get(MODELS_PATH))),
      ...kvCacheOf(pages.get(METRICS_PATH)),
    };
  },
};

/** TensorRT-LLM has `/version` too. */
function isVllm(pages: EnginePages): boolean {
  const models = readModels(pages.get(MODELS_PATH));
  if (models.some(({ owner }) => owner.startsWith('vllm'))) return true;
  return /^vllm:/m.test(pages.get(METRICS_PATH) ?? '');
}

/** Sizes stand in labels, one series for each rank; "None" where the process does not know. */
function kvCacheOf(page = ''): Pick<EngineFacts, 'kvBlockTokens' | 'kvCapacityTokens'> {
  const ranks = samplesOf(page, VLLM_CACHE_INFO).map((sample) => {
    const blockTokens = wholeNumber(labelOf(sample, 'block_size'));
    const blocks = wholeNumber(labelOf(sample, 'num_gpu_blocks')) ?? 0;
    const tokens = wholeNumber(labelOf(sample, 'kv_cache_size_tokens'));
    return { blockTokens, tokens: tokens ?? blocks * (blockTokens ?? 0) };
  });
  const tokens = ranks.reduce((sum, rank) => sum + rank.tokens, 0);
  return {
    kvBlockTokens: ranks[0]?.blockTokens,
    kvCapacityTokens: tokens === 0 ? undefined : tokens,
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

import type { EngineFacts, EngineKind, EnginePages, LoadSource } from './engine-kind.ts';
import { countOf, readObject, textOf } from './json-page.ts';
import { sglangMetrics } from './metric-names.ts';
import { MetricsPage, readMetricsLoad } from './metrics-page.ts';
import { longestContext, MODELS_PATH, readModels } from './model-page.ts';
import { kvCapacityOfLoads, loads, LOADS_PATH } from './sglang-loads.ts';

const METRICS_PATH = '/metrics';
/** The old names stay after the new ones; they are all that 0.2 to 0.5.5 have. */
const MODEL_INFO_PATHS = ['/get_model_info', '/model_info'];
/** `/get_server_args` is 0.2's. */
const SERVER_INFO_PATHS = ['/get_server_info', '/server_info', '/get_server_args'];

const metrics: LoadSource = {
  paths: [METRICS_PATH],
  read: ([page = ''], times) => readMetricsLoad(page, sglangMetrics, times),
};

/** SGLang, 0.2.14 and later. 0.2.14 tells neither its load nor its version nor, as a rule, its capacity. */
export const sglang: EngineKind = {
  name: 'sglang',
  healthPath: '/health',
  announcesDrain: true,
  factPaths: [...MODEL_INFO_PATHS, ...SERVER_INFO_PATHS, LOADS_PATH, METRICS_PATH],
  loadSources: [loads, metrics],
  recognise(pages) {
    const info = firstObject(pages, MODEL_INFO_PATHS);
    if (textOf(info, 'model_path') === undefined) return undefined;
    return factsOf(pages);
  },
};

function factsOf(pages: EnginePages): EngineFacts {
  const server = firstObject(pages, SERVER_INFO_PATHS);
  const page = new MetricsPage(pages.get(METRICS_PATH) ?? '', sglangMetrics.rankLabel);
  return {
    version: textOf(server, 'version'),
    contextTokensMax:
      longestContext(readModels(pages.get(MODELS_PATH))) ??
      countOf(server, 'context_length') ??
      page.mean(sglangMetrics.contextTokensMax),
    kvCapacityTokens:
      kvCapacityOfLoads(pages.get(LOADS_PATH)) ??
      countOf(server, 'max_total_num_tokens') ??
      page.sum(sglangMetrics.kvCapacityTokens) ??
      countOf(server, 'max_total_tokens'),
    kvBlockTokens: countOf(server, 'page_size') ?? page.mean(sglangMetrics.kvBlockTokens),
    cachesPrefixes: server?.['disable_radix_cache'] === true ? false : undefined,
  };
}

function firstObject(
  pages: EnginePages,
  paths: readonly string[],
): Readonly<Record<string, unknown>> | undefined {
  return paths.map((path) => readObject(pages.get(path))).find((object) => object !== undefined);
}

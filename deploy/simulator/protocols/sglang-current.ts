import { jsonAnswer } from '../plain-answer.ts';
import { RequestRefused } from '../refusal.ts';
import { metricsPage } from './metrics-page.ts';
import { sglangEmbeddingRoutes } from './sglang-embeddings.ts';
import type { Protocol } from './protocol.ts';
import { sglangCurrentChat } from './sglang-current-chat.ts';
import { sglangCurrentCompletions } from './sglang-current-completions.ts';
import { sglangCurrentGenerate } from './sglang-current-generate.ts';
import { loadsPage } from './sglang-current-loads.ts';
import { sglangCurrentBuckets } from './sglang-current-metric-table.ts';
import { writeSglangCurrentMetrics } from './sglang-current-metrics.ts';
import {
  notEmbeddingPage,
  pingPage,
  sglangAbortPage,
  sglangHealthPage,
  sglangModelInfoPage,
  sglangModelPage,
  sglangModelsPage,
  sglangServerInfoPage,
} from './sglang-current-pages.ts';
import {
  refuseAsSglangCurrent,
  sglangErrorEvent,
  sglangFailure,
} from './sglang-current-refusals.ts';
import { flushCachePage } from './sglang-pages.ts';
import { detokenizePage, tokenizePage } from './token-pages.ts';

const tokenize = tokenizePage((tokens, max) => ({
  tokens,
  count: tokens.length,
  max_model_len: max,
}));

/** SGLang 0.5.23, with metrics and cache report. */
export const sglangCurrent: Protocol = {
  name: 'sglang-current',
  rules: {
    knownFields: {},
    otherFields: 'ignored',
    checksContentType: true,
    checksModel: false,
    zeroOutputShapes: new Set(['chat', 'generate']),
    usageNeedsStream: false,
    usageByDefault: false,
    unknownTokens: 'fatal',
  },
  routes: {
    'POST /v1/chat/completions': { kind: 'generation', shape: 'chat' },
    'POST /v1/completions': { kind: 'generation', shape: 'completions' },
    'POST /generate': { kind: 'generation', shape: 'generate' },
    'PUT /generate': { kind: 'generation', shape: 'generate' },
    'GET /v1/models': { kind: 'page', page: sglangModelsPage },
    'GET /v1/models/*': { kind: 'page', page: sglangModelPage },
    'GET /health': { kind: 'page', page: sglangHealthPage },
    'GET /health_generate': { kind: 'page', page: sglangHealthPage },
    'GET /ping': { kind: 'page', page: pingPage },
    'GET /model_info': { kind: 'page', page: sglangModelInfoPage },
    'GET /get_model_info': { kind: 'page', page: sglangModelInfoPage },
    'GET /server_info': { kind: 'page', page: sglangServerInfoPage },
    'GET /get_server_info': { kind: 'page', page: sglangServerInfoPage },
    'GET /v1/loads': { kind: 'page', page: loadsPage },
    'GET /metrics': { kind: 'page', page: metricsPage('0.0.4', writeSglangCurrentMetrics) },
    'GET /flush_cache': { kind: 'page', page: flushCachePage },
    'POST /flush_cache': { kind: 'page', page: flushCachePage },
    'POST /v1/embeddings': { kind: 'page', page: notEmbeddingPage },
    'POST /abort_request': { kind: 'page', page: sglangAbortPage },
    'POST /tokenize': { kind: 'page', page: tokenize },
    'POST /v1/tokenize': { kind: 'page', page: tokenize },
    'POST /detokenize': { kind: 'page', page: detokenizePage('text') },
    'POST /v1/detokenize': { kind: 'page', page: detokenizePage('text') },
  },
  embeddingRoutes: sglangEmbeddingRoutes,
  headBeforeTokens: false,
  gauges: {
    // Each 40 decode steps, and at a prefill before its requests count (seen: 0 while one ran).
    metrics: { everySteps: 40, onPrefill: true, ageMsMax: Infinity },
    // `--load-snapshot-publish-interval`, and at each prefill.
    loads: { everySteps: 15, onPrefill: true, ageMsMax: Infinity },
  },
  buckets: sglangCurrentBuckets,
  guards: (path) => !path.startsWith('/health') && path !== '/metrics',
  nameGeneration: ({ requestId }, _client, random) => requestId ?? random,
  shownModel: ({ model }, served) => (model === '' ? served : model),
  fitOutput(request, promptTokens, contextTokensMax) {
    const { outputTokensMax, shape, stream, returnTokenIds } = request;
    if (shape === 'chat' && stream && returnTokenIds) {
      throw new RequestRefused({ kind: 'ids-not-streamed' });
    }
    const room = contextTokensMax - promptTokens;
    if (room < 1) throw new RequestRefused({ kind: 'prompt-too-long', promptTokens });
    if (outputTokensMax !== undefined && outputTokensMax > room) {
      throw new RequestRefused({
        kind: 'total-too-long',
        promptTokens,
        outputTokens: outputTokensMax,
      });
    }
    return outputTokensMax ?? room;
  },
  isFull: (replica) =>
    replica.queuedRequestsMax !== undefined &&
    replica.load().waitingRequests >= replica.queuedRequestsMax,
  refuse: refuseAsSglangCurrent,
  unauthorized: () => jsonAnswer(401, { error: 'Unauthorized' }),
  writers: {
    chat: sglangCurrentChat,
    completions: sglangCurrentCompletions,
    generate: sglangCurrentGenerate,
  },
  headers: () => ({}),
  errorEvent: sglangErrorEvent,
  failure: sglangFailure,
};

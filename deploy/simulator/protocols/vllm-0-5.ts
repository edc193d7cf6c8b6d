import { jsonAnswer } from '../plain-answer.ts';
import { RequestRefused } from '../refusal.ts';
import { metricsPage } from './metrics-page.ts';
import { vllmVectorRoutes } from './vllm-embeddings.ts';
import type { Protocol } from './protocol.ts';
import { detokenizePage, tokenizePage } from './token-pages.ts';
import { vllm05Chat } from './vllm-0-5-chat.ts';
import { vllm05Completions } from './vllm-0-5-completions.ts';
import { vllm05ChatFields, vllm05CompletionFields } from './vllm-0-5-field-table.ts';
import { vllm05Buckets } from './vllm-0-5-metric-table.ts';
import { writeVllm05Metrics } from './vllm-0-5-metrics.ts';
import { refuseAsVllm05, vllm05Error } from './vllm-0-5-refusals.ts';
import { healthPage, versionPage, vllmModelsPage } from './vllm-pages.ts';

/** Without work the gauges stand still until the log line comes, each 10 s. */
const LOG_INTERVAL_MS = 10_000;

/** vLLM 0.5.5. */
export const vllm05: Protocol = {
  name: 'vllm-0.5',
  rules: {
    knownFields: { chat: vllm05ChatFields, completions: vllm05CompletionFields },
    otherFields: 'refused',
    checksContentType: true,
    checksModel: true,
    zeroOutputShapes: new Set(),
    usageNeedsStream: true,
    usageByDefault: true,
    unknownTokens: 'refused',
  },
  routes: {
    'POST /v1/chat/completions': { kind: 'generation', shape: 'chat' },
    'POST /v1/completions': { kind: 'generation', shape: 'completions' },
    'GET /v1/models': { kind: 'page', page: vllmModelsPage },
    'GET /health': { kind: 'page', page: healthPage },
    'GET /version': { kind: 'page', page: versionPage },
    'GET /metrics': { kind: 'page', page: metricsPage('0.0.4', writeVllm05Metrics) },
    'POST /tokenize': {
      kind: 'page',
      page: tokenizePage((tokens, max) => ({ count: tokens.length, max_model_len: max, tokens })),
    },
    'POST /detokenize': { kind: 'page', page: detokenizePage('prompt') },
  },
  embeddingRoutes: vllmVectorRoutes,
  headBeforeTokens: true,
  gauges: {
    metrics: { everySteps: 1, onPrefill: false, ageMsMax: LOG_INTERVAL_MS },
    loads: { everySteps: 1, onPrefill: false, ageMsMax: LOG_INTERVAL_MS },
  },
  buckets: vllm05Buckets,
  guards: (path) => path.startsWith('/v1'),
  nameGeneration: ({ shape }, _client, random) => `${shape === 'chat' ? 'chat' : 'cmpl'}-${random}`,
  shownModel: (_request, served) => served,
  fitOutput({ outputTokensMax }, promptTokens, contextTokensMax) {
    const room = contextTokensMax - promptTokens;
    if (outputTokensMax === undefined) {
      if (room < 1) throw new RequestRefused({ kind: 'prompt-too-long', promptTokens });
      return room;
    }
    if (outputTokensMax > room) {
      throw new RequestRefused({
        kind: 'total-too-long',
        promptTokens,
        outputTokens: outputTokensMax,
      });
    }
    return outputTokensMax;
  },
  isFull: () => false,
  refuse: refuseAsVllm05,
  unauthorized: () => jsonAnswer(401, { error: 'Unauthorized' }),
  writers: { chat: vllm05Chat, completions: vllm05Completions },
  headers: () => ({}),
  errorEvent: ({ message, code }) =>
    JSON.stringify({ error: vllm05Error(message, 'InternalServerError', code) }),
  failure: ({ code }) => ({ status: code, contentType: '', body: '' }),
};

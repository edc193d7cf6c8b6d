import { RequestRefused } from '../refusal.ts';
import { emptyAnswer, jsonAnswer } from '../plain-answer.ts';
import { metricsPage } from './metrics-page.ts';
import { vllmEmbeddingRoutes } from './vllm-embeddings.ts';
import type { Protocol } from './protocol.ts';
import { detokenizePage, tokenizePage } from './token-pages.ts';
import { vllmCurrentChat } from './vllm-current-chat.ts';
import { vllmCurrentCompletions } from './vllm-current-completions.ts';
import { vllmCurrentBuckets } from './vllm-current-metric-table.ts';
import { writeVllmCurrentMetrics } from './vllm-current-metrics.ts';
import { refuseAsVllmCurrent, vllmError } from './vllm-current-refusals.ts';
import {
  healthPage,
  versionPage,
  vllmAbortPage,
  vllmModelsPage,
  vllmResetCachePage,
} from './vllm-pages.ts';

/** vLLM 0.32, with prompt token details and its development routes. */
export const vllmCurrent: Protocol = {
  name: 'vllm-current',
  rules: {
    knownFields: {},
    otherFields: 'ignored',
    checksContentType: true,
    checksModel: true,
    zeroOutputShapes: new Set(),
    usageNeedsStream: true,
    usageByDefault: false,
    unknownTokens: 'refused',
  },
  routes: {
    'POST /v1/chat/completions': { kind: 'generation', shape: 'chat' },
    'POST /v1/completions': { kind: 'generation', shape: 'completions' },
    'GET /v1/models': { kind: 'page', page: vllmModelsPage },
    'GET /health': { kind: 'page', page: healthPage },
    'GET /ping': { kind: 'page', page: () => emptyAnswer(200) },
    'POST /ping': { kind: 'page', page: () => emptyAnswer(200) },
    'GET /version': { kind: 'page', page: versionPage },
    'GET /load': {
      kind: 'page',
      page: (replica) => jsonAnswer(200, { server_load: replica.openRequests() }),
    },
    'GET /metrics': { kind: 'page', page: metricsPage('1.0.0', writeVllmCurrentMetrics) },
    'POST /tokenize': {
      kind: 'page',
      page: tokenizePage((tokens, max) => ({
        count: tokens.length,
        max_model_len: max,
        tokens,
        token_strs: null,
      })),
    },
    'POST /detokenize': { kind: 'page', page: detokenizePage('prompt') },
    'POST /abort_requests': { kind: 'page', page: vllmAbortPage },
    'POST /reset_prefix_cache': { kind: 'page', page: vllmResetCachePage },
  },
  embeddingRoutes: vllmEmbeddingRoutes,
  headBeforeTokens: true,
  gauges: {
    metrics: { everySteps: 0, onPrefill: false, ageMsMax: 0 },
    loads: { everySteps: 0, onPrefill: false, ageMsMax: 0 },
  },
  buckets: vllmCurrentBuckets,
  guards: (path) => path.startsWith('/v1'),
  nameGeneration({ shape }, client, random) {
    return `${shape === 'chat' ? 'chatcmpl' : 'cmpl'}-${client ?? random.slice(0, 16)}`;
  },
  shownModel: (_request, served) => served,
  fitOutput({ outputTokensMax }, promptTokens, contextTokensMax) {
    const room = contextTokensMax - promptTokens;
    if (room < 1) throw new RequestRefused({ kind: 'prompt-too-long', promptTokens });
    if (outputTokensMax !== undefined && outputTokensMax > contextTokensMax) {
      throw new RequestRefused({
        kind: 'total-too-long',
        promptTokens,
        outputTokens: outputTokensMax,
      });
    }
    return Math.min(outputTokensMax ?? room, room);
  },
  isFull(replica) {
    if (replica.queuedRequestsMax === undefined) return false;
    const { runningRequests, waitingRequests } = replica.load();
    return runningRequests + waitingRequests >= replica.queuedRequestsMax;
  },
  refuse: refuseAsVllmCurrent,
  unauthorized: () => jsonAnswer(401, { error: 'Unauthorized' }),
  writers: { chat: vllmCurrentChat, completions: vllmCurrentCompletions },
  headers: ({ requestId }) => ({ 'x-request-id': requestId }),
  errorEvent: ({ message, code }) =>
    JSON.stringify(vllmError(message, 'InternalServerError', code)),
  failure: ({ message, code }) => jsonAnswer(code, vllmError(message, 'InternalServerError', code)),
};

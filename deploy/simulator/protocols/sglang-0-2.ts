import { emptyAnswer, jsonAnswer } from '../plain-answer.ts';
import { RequestRefused } from '../refusal.ts';
import { sglangVectorRoutes } from './sglang-embeddings.ts';
import type { Protocol } from './protocol.ts';
import { sglang02Chat } from './sglang-0-2-chat.ts';
import { sglang02Completions } from './sglang-0-2-completions.ts';
import { sglang02ChatFields, sglang02CompletionFields } from './sglang-0-2-field-table.ts';
import { sglang02Generate } from './sglang-0-2-generate.ts';
import {
  healthGeneratePage,
  modelInfo02Page,
  models02Page,
  serverArgsPage,
} from './sglang-0-2-pages.ts';
import { refuseAsSglang02, sglang02ErrorEvent } from './sglang-0-2-refusals.ts';
import { flushCache02Page } from './sglang-pages.ts';

/** Tokens of the context that neither prompt nor answer gets: one of the input limit, one of the clamp. */
const RESERVED_CONTEXT_TOKENS = 2;

/** SGLang 0.2.14. It has no metrics page and no load report. */
export const sglang02: Protocol = {
  name: 'sglang-0.2',
  rules: {
    knownFields: { chat: sglang02ChatFields, completions: sglang02CompletionFields },
    otherFields: 'ignored',
    checksContentType: false,
    checksModel: false,
    zeroOutputShapes: new Set(['chat', 'completions', 'generate']),
    usageNeedsStream: false,
    usageByDefault: false,
    unknownTokens: 'refused',
  },
  routes: {
    'POST /v1/chat/completions': { kind: 'generation', shape: 'chat' },
    'POST /v1/completions': { kind: 'generation', shape: 'completions' },
    'POST /generate': { kind: 'generation', shape: 'generate' },
    'PUT /generate': { kind: 'generation', shape: 'generate' },
    'GET /v1/models': { kind: 'page', page: models02Page },
    'GET /health': { kind: 'page', page: () => emptyAnswer(200) },
    'GET /health_generate': { kind: 'page', page: healthGeneratePage },
    'GET /get_model_info': { kind: 'page', page: modelInfo02Page },
    'GET /get_server_args': { kind: 'page', page: serverArgsPage },
    'GET /flush_cache': { kind: 'page', page: flushCache02Page },
  },
  embeddingRoutes: sglangVectorRoutes,
  headBeforeTokens: true,
  gauges: {
    metrics: { everySteps: 0, onPrefill: false, ageMsMax: 0 },
    loads: { everySteps: 0, onPrefill: false, ageMsMax: 0 },
  },
  buckets: { firstToken: [], interToken: [], endToEnd: [] },
  guards: (path) => !path.startsWith('/health'),
  nameGeneration: ({ requestId }, _client, random) => requestId ?? random,
  shownModel: ({ model }) => model,
  fitOutput({ outputTokensMax }, promptTokens, contextTokensMax) {
    if (promptTokens >= contextTokensMax) {
      throw new RequestRefused({ kind: 'prompt-too-long', promptTokens });
    }
    const room = Math.max(0, contextTokensMax - RESERVED_CONTEXT_TOKENS - promptTokens);
    // The first token comes out of the prefill, whether it was asked for or not.
    return Math.max(1, Math.min(outputTokensMax ?? room, room));
  },
  isFull: () => false,
  refuse: refuseAsSglang02,
  unauthorized: () => jsonAnswer(401, { error: 'Unauthorized' }),
  writers: { chat: sglang02Chat, completions: sglang02Completions, generate: sglang02Generate },
  headers: () => ({}),
  errorEvent: sglang02ErrorEvent,
  failure: ({ code }) => ({
    status: code,
    contentType: 'text/plain; charset=utf-8',
    body: 'Internal Server Error',
  }),
};

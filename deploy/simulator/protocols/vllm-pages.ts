import { BodyFields, parseBody } from '../body-fields.ts';
import { hashText } from '../hash-chain.ts';
import { emptyAnswer, jsonAnswer } from '../plain-answer.ts';
import type { Page } from './protocol.ts';

/** `GET /health` of a live engine. */
export const healthPage: Page = () => emptyAnswer(200);

/** `GET /version`. */
export const versionPage: Page = ({ preset }) => jsonAnswer(200, { version: preset.engineVersion });

/** `GET /v1/models`: one model, with its context and a permission. */
export const vllmModelsPage: Page = (replica) => {
  const created = Math.floor(replica.nowSeconds());
  const permission = {
    id: `modelperm-${hashText(replica.model).toString(16).padStart(16, '0')}`,
    object: 'model_permission',
    created,
    allow_create_engine: false,
    allow_sampling: true,
    allow_logprobs: true,
    allow_search_indices: false,
    allow_view: true,
    allow_fine_tuning: false,
    organization: '*',
    group: null,
    is_blocking: false,
  };
  const card = {
    id: replica.model,
    object: 'model',
    created,
    owned_by: 'vllm (simulated)',
    root: replica.model,
    parent: null,
    max_model_len: replica.preset.contextTokensMax,
    permission: [permission],
  };
  return jsonAnswer(200, { object: 'list', data: [card] });
};

/** `POST /abort_requests` of vLLM's development mode. */
export const vllmAbortPage: Page = (replica, request) => {
  const ids = new BodyFields(parseBody(request.body)).texts('request_ids');
  const aborted = ids.reduce((sum, id) => sum + replica.abort(id), 0);
  return jsonAnswer(200, { status: 'aborted', aborted });
};

/** `POST /reset_prefix_cache` of vLLM's development mode. */
export const vllmResetCachePage: Page = (replica) => {
  replica.flushCache();
  return emptyAnswer(200);
};

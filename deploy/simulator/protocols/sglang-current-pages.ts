import { BodyFields, parseBody } from '../body-fields.ts';
import { emptyAnswer, jsonAnswer } from '../plain-answer.ts';
import { RequestRefused } from '../refusal.ts';
import type { ReplicaView } from '../replica-view.ts';
import type { Page } from './protocol.ts';

/** The health check sends a token of its own and looks for it each second, so it never answers faster. */
const HEALTH_MS = 1000;

/** `GET /health` and `/health_generate`. */
export const sglangHealthPage: Page = async (replica) => {
  await replica.after(HEALTH_MS);
  return emptyAnswer(200);
};

/** `GET /ping`. */
export const pingPage: Page = () => emptyAnswer(200);

/** `POST /v1/embeddings` of a model that generates. */
export const notEmbeddingPage: Page = () => {
  throw new RequestRefused({ kind: 'not-embedding' });
};

/** `GET /v1/models`. */
export const sglangModelsPage: Page = (replica) =>
  jsonAnswer(200, { object: 'list', data: [modelCard(replica)] });

/** `GET /v1/models/{id}`: any other id is not found. */
export const sglangModelPage: Page = (replica, { name }) => {
  if (name === replica.model) return jsonAnswer(200, modelCard(replica));
  const message = `The model '${name}' does not exist`;
  const error = { message, type: 'invalid_request_error', param: 'model', code: 'model_not_found' };
  return jsonAnswer(404, { error });
};

/** `GET /model_info`, and its old name `/get_model_info`. */
export const sglangModelInfoPage: Page = ({ model }) =>
  jsonAnswer(200, {
    model_path: model,
    served_model_name: model,
    tokenizer_path: model,
    is_generation: true,
    preferred_sampling_params: null,
    weight_version: 'default',
    load_format: 'auto',
    reasoning_parser: null,
    tool_call_parser: null,
    disaggregation_mode: 'null',
    has_image_understanding: false,
    has_audio_understanding: false,
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
  });

/** `GET /server_info`, and its old name `/get_server_info`: launch arguments and state, those that tell a gateway something. */
export const sglangServerInfoPage: Page = (replica) => {
  const { preset, model } = replica;
  const { load } = replica.loadsGauges();
  return jsonAnswer(200, {
    model_path: model,
    tokenizer_path: model,
    context_length: null,
    is_embedding: false,
    max_running_requests: preset.runningSequencesMax,
    max_queued_requests: replica.queuedRequestsMax ?? null,
    max_total_tokens: null,
    chunked_prefill_size: preset.stepTokensMax,
    schedule_policy: 'fcfs',
    page_size: preset.kvBlockTokens,
    disable_radix_cache: false,
    tp_size: preset.gpuCount,
    dp_size: 1,
    pp_size: 1,
    device: 'cuda',
    host: replica.host,
    port: replica.port,
    served_model_name: model,
    enable_cache_report: true,
    stream_interval: 1,
    enable_metrics: true,
    load_snapshot_publish_interval: 15,
    decode_log_interval: 40,
    kv_events_config: null,
    disaggregation_mode: 'null',
    simulated: preset.name,
    status: 'ready',
    max_total_num_tokens: load.capacityTokens,
    max_req_input_len: preset.contextTokensMax - RESERVED_CONTEXT_TOKENS,
    kv_events: null,
    internal_states: [
      {
        effective_max_running_requests_per_dp: preset.runningSequencesMax,
        memory_usage: { token_capacity: load.capacityTokens },
      },
    ],
    version: preset.engineVersion,
    frontend: 'python',
  });
};

/** SGLang keeps so many tokens of the context from a prompt (8192 of context, 8186 of prompt). */
const RESERVED_CONTEXT_TOKENS = 6;

/** `POST /abort_request`: 200 whether there was such a request or not. */
export const sglangAbortPage: Page = (replica, request) => {
  const fields = new BodyFields(parseBody(request.body));
  if (fields.flag('abort_all') ?? false) replica.abort();
  const rid = fields.text('rid') ?? '';
  if (rid !== '') replica.abort(rid);
  return emptyAnswer(200);
};

function modelCard(replica: ReplicaView): Readonly<Record<string, unknown>> {
  return {
    id: replica.model,
    object: 'model',
    created: Math.floor(replica.nowSeconds()),
    owned_by: 'sglang (simulated)',
    root: replica.model,
    parent: null,
    max_model_len: replica.preset.contextTokensMax,
  };
}

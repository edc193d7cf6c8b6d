import { emptyAnswer, jsonAnswer } from '../plain-answer.ts';
import type { Page } from './protocol.ts';

/** `GET /health_generate` queues one token behind the real work, and so takes as long as that. */
export const healthGeneratePage: Page = async (replica) => {
  await replica.prefill(1);
  return emptyAnswer(200);
};

/** `GET /get_model_info`. */
export const modelInfo02Page: Page = ({ model }) =>
  jsonAnswer(200, { model_path: model, is_generation: true });

/** `GET /v1/models`: no context length. */
export const models02Page: Page = (replica) => {
  const created = Math.floor(replica.nowSeconds());
  const card = {
    id: replica.model,
    object: 'model',
    created,
    owned_by: 'sglang (simulated)',
    root: replica.model,
  };
  return jsonAnswer(200, { object: 'list', data: [card] });
};

/** `GET /get_server_args`: the launch arguments, those that tell a gateway something. */
export const serverArgsPage: Page = ({ preset, model, host, port }) =>
  jsonAnswer(200, {
    model_path: model,
    tokenizer_path: model,
    tokenizer_mode: 'auto',
    skip_tokenizer_init: false,
    load_format: 'auto',
    dtype: 'auto',
    trust_remote_code: false,
    context_length: null,
    quantization: null,
    served_model_name: model,
    chat_template: null,
    host,
    port,
    additional_ports: [port + 1, port + 2, port + 3, port + 4],
    mem_fraction_static: 0.83,
    max_running_requests: null,
    max_num_reqs: null,
    max_total_tokens: null,
    chunked_prefill_size: 8192,
    max_prefill_tokens: 16384,
    schedule_policy: 'lpm',
    schedule_conservativeness: 1,
    tp_size: preset.gpuCount,
    stream_interval: 1,
    random_seed: 42,
    log_level: 'info',
    api_key: '',
    dp_size: 1,
    load_balance_method: 'round_robin',
    disable_radix_cache: true,
    simulated: preset.name,
  });

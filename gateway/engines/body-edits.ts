import type { GenerateRequest, Operation } from '../generation/request.ts';
import { findMember } from '../wire/json-members.ts';
import { isBefore } from './engine-version.ts';

/** One change to a request body, as data: whoever sends the body splices it into the bytes. */
export type BodyEdit =
  /** Turns `stream_options.include_usage` on; a member of `extra` is set where the client has not. */
  | {
      readonly kind: 'ask-for-usage';
      readonly extra: Readonly<Record<string, boolean>>;
    }
  /** Gives a top-level member another name. */
  | { readonly kind: 'rename-member'; readonly name: string; readonly to: string }
  /** Sets a top-level member. */
  | { readonly kind: 'set-member'; readonly name: string; readonly value: boolean }
  /** Takes top-level members out. */
  | { readonly kind: 'remove-members'; readonly names: readonly string[] };

/** An edit, and the requests and engine versions that need it. */
interface Rule {
  readonly engine: string;
  /** First version that does without it; every version needs it where this is left out. */
  readonly until?: string;
  readonly operations: readonly Operation[];
  readonly edit: BodyEdit;
}

/** OpenAI's own routes; native ones tell their token counts unasked. */
const OPENAI: readonly Operation[] = ['chat', 'text_completion'];
const CHAT: readonly Operation[] = ['chat'];
const EVERY: readonly Operation[] = [
  'chat',
  'text_completion',
  'generate_content',
  'embeddings',
  'tokenize',
  'detokenize',
  'rerank',
  'score',
];

/** Without it an engine streams text and no token counts. */
const usage: BodyEdit = { kind: 'ask-for-usage', extra: {} };

/** Until vLLM's change of 26 October 2024, usage asked for once comes on every chunk. */
const usageOnce: BodyEdit = { kind: 'ask-for-usage', extra: { continuous_usage_stats: false } };

/** Both engines call it so, and tell in each event the ids that it brings, in the first one those of the prompt too. */
export const askForTokenIds: BodyEdit = {
  kind: 'set-member',
  name: 'return_token_ids',
  value: true,
};

const oldOutputLimit: BodyEdit = {
  kind: 'rename-member',
  name: 'max_completion_tokens',
  to: 'max_tokens',
};

/** Members that OpenAI's clients send and that an answer is right without. */
const hints: BodyEdit = {
  kind: 'remove-members',
  names: [
    'metadata',
    'parallel_tool_calls',
    'prompt_cache_key',
    'prompt_cache_retention',
    'reasoning_effort',
    'safety_identifier',
    'service_tier',
    'store',
    'verbosity',
  ],
};

/** Members by which a client would have the engine fetch KV blocks from a host of its choice. */
const TRANSFERS = ['bootstrap_host', 'bootstrap_port', 'bootstrap_room', 'kv_transfer_params'];

/** Members by which a client would overtake others inside the engine, or choose the rank that serves it. */
const PLACES = ['priority', 'data_parallel_rank', 'routed_dp_rank', 'disagg_prefill_dp_rank'];

/** What steers an engine and not an answer is the gateway's alone to say. */
const controls = { kind: 'remove-members', names: [...TRANSFERS, ...PLACES] } as const;

const vllmControls: BodyEdit = {
  kind: 'remove-members',
  names: [...controls.names, 'ec_transfer_params'],
};

/** By `rid` requests are aborted, and two of one name are taken for each other. */
const sglangControls: BodyEdit = {
  kind: 'remove-members',
  names: [...controls.names, 'rid', 'bootstrap_pair_key', 'decode_tp_size', 'http_worker_ipc'],
};

/** A slot holds what another client's prompt has left in its KV cache. */
const llamaControls: BodyEdit = { kind: 'remove-members', names: [...controls.names, 'id_slot'] };

const VLLM_USAGE_ONCE = '0.6.4';
/** Unknown members are refused with 400 before vllm-project/vllm c68f7ede6a. */
const VLLM_TAKES_UNKNOWN = '0.6.5';
/** The member is passed over, and the client's limit with it, before sgl-project/sglang pull request 5857. */
const SGLANG_NEW_OUTPUT_LIMIT = '0.4.7';

/** Every edit there is. Of several that ask for usage the first one that fits counts. */
const rules: readonly Rule[] = [
  { engine: 'vllm', until: VLLM_USAGE_ONCE, operations: OPENAI, edit: usageOnce },
  ...['vllm', 'sglang', 'llama-cpp', 'openai'].map((engine) => ({
    engine,
    operations: OPENAI,
    edit: usage,
  })),
  { engine: 'vllm', until: VLLM_TAKES_UNKNOWN, operations: CHAT, edit: oldOutputLimit },
  { engine: 'sglang', until: SGLANG_NEW_OUTPUT_LIMIT, operations: CHAT, edit: oldOutputLimit },
  { engine: 'vllm', until: VLLM_TAKES_UNKNOWN, operations: CHAT, edit: hints },
  { engine: 'vllm', operations: EVERY, edit: vllmControls },
  { engine: 'sglang', operations: EVERY, edit: sglangControls },
  { engine: 'llama-cpp', operations: EVERY, edit: llamaControls },
  { engine: 'openai', operations: EVERY, edit: controls },
];

/**
 * What to change in one request's body before an engine gets it; nothing that is not there is renamed
 * or removed, and removals come as one. An engine that does not tell its version is taken for an old
 * one: SGLang tells it since 0.3.6, vLLM always.
 */
export function bodyEditsFor(
  engine: string,
  version: string | undefined,
  request: GenerateRequest,
): readonly BodyEdit[] {
  const edits: BodyEdit[] = [];
  const removed: string[] = [];
  for (const { engine: concerned, until, operations, edit } of rules) {
    if (concerned !== engine || !operations.includes(request.operation)) continue;
    // Versions are compared last: most requests have nothing that an old engine would refuse.
    if (!isCalledFor(edit, request) || !isForVersion(until, version)) continue;
    if (edit.kind === 'remove-members')
      removed.push(...edit.names.filter((name) => has(request, name)));
    else if (edit.kind === 'rename-member') {
      edits.push(edit);
      // Where both names stand, the newer one counts, as in the engines that know both.
      if (has(request, edit.to)) removed.push(edit.to);
    } else if (edit.kind === 'set-member') edits.push(edit);
    else if (!edits.some(({ kind }) => kind === 'ask-for-usage')) edits.push(edit);
  }
  return removed.length === 0 ? edits : [...edits, { kind: 'remove-members', names: removed }];
}

function isCalledFor(edit: BodyEdit, request: GenerateRequest): boolean {
  switch (edit.kind) {
    case 'ask-for-usage':
      return request.stream;
    case 'rename-member':
      return has(request, edit.name);
    case 'set-member':
      return true;
    case 'remove-members':
      return edit.names.some((name) => has(request, name));
  }
}

function has({ members }: GenerateRequest, name: string): boolean {
  return findMember(members, name) !== undefined;
}

function isForVersion(until: string | undefined, version: string | undefined): boolean {
  return until === undefined || version === undefined || isBefore(version, until);
}

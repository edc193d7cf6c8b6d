import type { RuleSet } from '../workload.ts';
import { chat } from './chat.ts';
import { completions } from './completions.ts';
import { generate } from './generate.ts';
import type { WireFormat } from './wire-format.ts';

/** Every API that the benchmark speaks. */
export const wireFormats: readonly WireFormat[] = [completions, chat, generate];

/** A backend by the reference's name: which API it is asked through, and on which port it listens. */
export interface Backend {
  readonly format: WireFormat;
  readonly port: number;
}

const SGLANG_PORT = 30_000;
const VLLM_PORT = 8000;
const LMDEPLOY_PORT = 23_333;

/** The reference moved `sglang` from OpenAI's API to the native one in October 2024. */
const backends: Readonly<Record<RuleSet, Readonly<Record<string, Backend>>>> = {
  '0.2.14': {
    sglang: { format: completions, port: SGLANG_PORT },
    vllm: { format: completions, port: VLLM_PORT },
    lmdeploy: { format: completions, port: LMDEPLOY_PORT },
  },
  current: {
    sglang: { format: generate, port: SGLANG_PORT },
    'sglang-native': { format: generate, port: SGLANG_PORT },
    'sglang-oai': { format: completions, port: SGLANG_PORT },
    'sglang-oai-chat': { format: chat, port: SGLANG_PORT },
    vllm: { format: completions, port: VLLM_PORT },
    'vllm-chat': { format: chat, port: VLLM_PORT },
    lmdeploy: { format: completions, port: LMDEPLOY_PORT },
    'lmdeploy-chat': { format: chat, port: LMDEPLOY_PORT },
  },
};

/** Names of the backends that a rule set knows. */
export function backendNames(rules: RuleSet): readonly string[] {
  return Object.keys(backends[rules]);
}

/** The backend of that name under a rule set, or `undefined`. */
export function findBackend(name: string, rules: RuleSet): Backend | undefined {
  return backends[rules][name];
}

import type { Replica } from '../../routing/replica.ts';
import type { Operation } from '../generation/request.ts';
import { isBefore } from './engine-version.ts';

/** What an engine can do for an answer that breaks: tell its ids while it lasts, or go on with its text. */
export type ContinuingSkill = 'tell-token-ids' | 'continue-text';

/** A skill, and who has it for which requests. */
interface Rule {
  readonly skill: ContinuingSkill;
  readonly engine: string;
  /** First version that has it; every version has it where this is left out. */
  readonly since?: string;
  readonly operation: Operation;
}

const rules: readonly Rule[] = [
  // `return_token_ids`: vllm-project/vllm pull request 22587, sgl-project/sglang pull request 30917.
  { skill: 'tell-token-ids', engine: 'vllm', since: '0.10.2', operation: 'chat' },
  { skill: 'tell-token-ids', engine: 'vllm', since: '0.10.2', operation: 'text_completion' },
  // SGLang refuses it for chats that are streamed.
  { skill: 'tell-token-ids', engine: 'sglang', since: '0.5.23', operation: 'text_completion' },
  // A version that passes `continue_final_message` over would begin the answer anew: only those that were read.
  { skill: 'continue-text', engine: 'vllm', since: '0.10.2', operation: 'chat' },
  { skill: 'continue-text', engine: 'sglang', since: '0.5.23', operation: 'chat' },
  { skill: 'continue-text', engine: 'vllm', operation: 'text_completion' },
  { skill: 'continue-text', engine: 'sglang', operation: 'text_completion' },
  { skill: 'continue-text', engine: 'llama-cpp', operation: 'text_completion' },
];

/** Whether a replica has a skill; one that does not tell its version has none that came with one. */
export function can(
  skill: ContinuingSkill,
  { engine, engineVersion }: Pick<Replica, 'engine' | 'engineVersion'>,
  operation: Operation,
): boolean {
  return rules.some(
    (rule) =>
      rule.skill === skill &&
      rule.engine === engine &&
      rule.operation === operation &&
      (rule.since === undefined ||
        (engineVersion !== undefined && !isBefore(engineVersion, rule.since))),
  );
}

import type { RealEngine } from '../stand.ts';
import { readJson } from '../stand.ts';
import type { Form } from '../streamed-answer.ts';
import { bodyOf, PATHS } from '../streamed-answer.ts';

interface WithIds {
  readonly prompt_token_ids?: readonly number[];
  readonly choices: readonly {
    readonly text: string;
    readonly prompt_token_ids?: readonly number[];
    readonly token_ids: readonly number[];
  }[];
}

/** What is asked, and behind how many tokens of the answer. */
interface RestAsk {
  readonly form: Form;
  readonly model: string;
  readonly prompt: string;
  readonly tokens: number;
  readonly behind: number;
}

/**
 * How vLLM itself, without the gateway, goes on behind the first tokens of its own answer. It may differ from that answer:
 * what was computed token by token is computed at once, and of two tokens that are as likely another one wins.
 */
export async function enginesOwnRest({ url }: RealEngine, ask: RestAsk): Promise<string> {
  const { form, model, prompt, tokens, behind } = ask;
  const whole = { ...bodyOf({ form, model, prompt, tokens }), return_token_ids: true };
  const answer = (await readJson(`${url}${PATHS[form]}`, whole)) as WithIds;
  const [choice] = answer.choices;
  const promptIds = answer.prompt_token_ids ?? choice?.prompt_token_ids ?? [];
  const ids = [...promptIds, ...(choice?.token_ids.slice(0, behind) ?? [])];
  const rest = bodyOf({ form: 'completions', model, prompt: ids, tokens: tokens - behind });
  const { choices } = (await readJson(`${url}${PATHS.completions}`, rest)) as WithIds;
  return choices[0]?.text ?? '';
}

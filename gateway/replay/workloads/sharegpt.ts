import { z } from 'zod';
import { NumpyRandom } from '../numpy-random.ts';
import { PythonRandom } from '../python-random.ts';
import { countWords } from '../words.ts';
import { defaultShape } from '../workload.ts';
import type { Workload, WorkloadRequest } from '../workload.ts';
import { drawArrivals } from './random.ts';

/** The bounds of the reference: shorter or longer conversations are passed over. */
const TURN_TOKENS_MIN = 4;
const PROMPT_TOKENS_MAX = 1024;
const CONVERSATION_TOKENS_MAX = 2048;

const conversations = z.array(
  z.object({ conversations: z.array(z.object({ value: z.string() })).default([]) }),
);

/** A conversation file that cannot be read; the message says what is wrong. */
export class ShareGptError extends Error {
  override readonly name = 'ShareGptError';
}

/** What the reference's `sharegpt` data set is drawn with. */
export interface ShareGptOptions {
  readonly requests: number;
  readonly requestRate: number;
  readonly seed: number;
  /** Tokens asked of every request; `undefined` asks for as many as the recorded answer has. */
  readonly outputTokens: number | undefined;
}

/**
 * The reference's `sharegpt`: the first two turns of shuffled conversations, the second one telling
 * the output length. There is no tokenizer here, so words stand for tokens.
 */
export function shareGptWorkload(text: string, options: ShareGptOptions): Workload {
  const turns = readTurns(text);
  new PythonRandom(options.seed).shuffle(turns);
  const chosen = turns
    .map(([prompt, answer]) => measured(prompt, answer, options.outputTokens))
    .filter((turn) => fits(turn, options.outputTokens !== undefined))
    .slice(0, options.requests);
  if (chosen.length === 0) throw new ShareGptError('no conversation of the file fits the bounds');
  const random = new NumpyRandom(options.seed);
  const arrivals = drawArrivals(random, chosen.length, options.requestRate);
  return {
    dataset: 'sharegpt',
    requests: chosen.map((turn, index) => ({ ...turn, index, arrivalMs: arrivals[index] ?? 0 })),
    requestRate: options.requestRate,
    shape:
      options.outputTokens === undefined
        ? defaultShape
        : { ...defaultShape, sharegptOutputTokens: options.outputTokens },
  };
}

type Turn = Pick<WorkloadRequest, 'promptTokens' | 'outputTokens' | 'prompt'>;

function readTurns(text: string): [prompt: string, answer: string][] {
  const parsed = conversations.safeParse(parseJson(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ShareGptError(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  return parsed.data.flatMap(({ conversations: [first, second] }) =>
    first === undefined || second === undefined ? [] : [[first.value, second.value]],
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ShareGptError('the file is not JSON', { cause });
  }
}

function measured(prompt: string, answer: string, outputTokens: number | undefined): Turn {
  return {
    promptTokens: countWords(prompt),
    outputTokens: outputTokens ?? countWords(answer),
    prompt: { kind: 'text', text: prompt },
  };
}

function fits({ promptTokens, outputTokens }: Turn, fixedOutput: boolean): boolean {
  if (promptTokens < TURN_TOKENS_MIN || outputTokens < TURN_TOKENS_MIN) return false;
  if (fixedOutput) return true;
  return (
    promptTokens <= PROMPT_TOKENS_MAX && promptTokens + outputTokens <= CONVERSATION_TOKENS_MAX
  );
}

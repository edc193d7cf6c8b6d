import assert from 'node:assert/strict';

import type { RealEngine, Stand } from '../stand.ts';
import { post, until } from '../stand.ts';
import type { StreamedAnswer } from '../streamed-answer.ts';
import { streamAnswer } from '../streamed-answer.ts';

/** Streams that can go on elsewhere: fewer than the 16 that a replica of `up.sh` runs, so that one can take them all. */
export const STREAMS = 12;

/** Streams that cannot, since they show log probabilities. */
const BOUND_STREAMS = 4;

const PLAIN_ANSWERS = 4;

/** Of each answer; a few seconds of work for a replica that has eight of them. */
export const TOKENS: number = Number(process.env['REAL_TOKENS'] ?? 400);

/** What the client has of each stream when the replica dies. */
const PIECES_BEFORE = 20;

/** What clients have of their requests when a replica has died under them. */
export interface Aftermath {
  readonly victim: RealEngine;
  /** When the replica was struck, on the clock of `performance`. */
  readonly strikeMs: number;
  readonly streams: readonly StreamedAnswer[];
  /** Those that cannot go on elsewhere. */
  readonly bound: readonly StreamedAnswer[];
  /** Status of each answer that was not streamed. */
  readonly plain: readonly number[];
}

/** The streams of `strikeUnderLoad`, with the same companions and without a death. */
export async function streamUndisturbed(stand: Stand): Promise<readonly StreamedAnswer[]> {
  const { streams, bound, plain } = openAll(stand, () => undefined);
  await Promise.all([...bound, ...plain]);
  return Promise.all(streams);
}

/** Strikes the first replica when every stream is under way. */
export async function strikeUnderLoad(
  stand: Stand,
  strike: (victim: RealEngine) => Promise<void>,
): Promise<Aftermath> {
  const [victim] = stand.engines;
  assert(victim !== undefined);
  const going = new Set<string>();
  const { streams, bound, plain } = openAll(stand, (prompt) => going.add(prompt));
  await until(() => Promise.resolve(going.size === STREAMS + BOUND_STREAMS));
  const strikeMs = performance.now();
  await strike(victim);
  return {
    victim,
    strikeMs,
    streams: await Promise.all(streams),
    bound: await Promise.all(bound),
    plain: await Promise.all(plain),
  };
}

/** Status of a plain answer, once it is there. */
export async function statusOf(
  { gateway, model }: Stand,
  prompt: string,
  tokens: number,
): Promise<number> {
  const sampling = { max_tokens: tokens, temperature: 0, ignore_eos: true };
  const answer = await post(`${gateway.url}/v1/completions`, { model, prompt, ...sampling });
  await answer.text();
  return answer.status;
}

interface Opened {
  readonly streams: readonly Promise<StreamedAnswer>[];
  readonly bound: readonly Promise<StreamedAnswer>[];
  readonly plain: readonly Promise<number>[];
}

function openAll(stand: Stand, isGoing: (prompt: string) => void): Opened {
  const { gateway, model } = stand;
  const open = (prompt: string, more: object = {}): Promise<StreamedAnswer> => {
    const seen = (pieces: number): void => void (pieces === PIECES_BEFORE && isGoing(prompt));
    return streamAnswer(gateway.url, { model, prompt, tokens: TOKENS, more, seen });
  };
  return {
    streams: prompts('Story', STREAMS).map((prompt) => open(prompt)),
    bound: prompts('Bound', BOUND_STREAMS).map((prompt) => open(prompt, { logprobs: 1 })),
    plain: prompts('Plain', PLAIN_ANSWERS).map((prompt) => statusOf(stand, prompt, TOKENS)),
  };
}

function prompts(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index}: the river ran`);
}

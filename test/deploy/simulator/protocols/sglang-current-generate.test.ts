import { describe, expect, it } from 'vitest';
import { promptOfText } from '../../../../deploy/simulator/prompts.ts';
import { sglangCurrentGenerate } from '../../../../deploy/simulator/protocols/sglang-current-generate.ts';
import {
  aGeneration,
  type GenerationFacts,
  parsedEvents,
  writeStream,
  writeWhole,
} from '../../../support/simulator.ts';

interface Event {
  readonly text: string;
  readonly output_ids: readonly number[];
  readonly meta_info: Readonly<Record<string, unknown>>;
  readonly index?: number;
}

function events(facts: GenerationFacts = {}, tokensPerChunk = 1): Event[] {
  const request = { shape: 'generate', ...facts.request } as const;
  const generation = aGeneration({ ...facts, request });
  return parsedEvents(writeStream(sglangCurrentGenerate, generation, tokensPerChunk)) as Event[];
}

const answer = aGeneration().choices[0]?.answer;

describe('a native stream of SGLang 0.5.23', () => {
  it('holds the whole answer so far in each event', () => {
    expect(events().map(({ text }) => text)).toEqual(
      [1, 2, 3, 4].map((tokens) => answer?.text(0, tokens)),
    );
  });

  it('holds all ids so far in each event', () => {
    expect(events({}, 3).map(({ output_ids }) => output_ids)).toEqual([
      answer?.ids(0, 3),
      answer?.ids(0, 4),
    ]);
  });

  it('counts the tokens so far in each event', () => {
    expect(events({}, 3).map(({ meta_info }) => meta_info['completion_tokens'])).toEqual([3, 4]);
  });

  it('tells how it finished in the last event alone', () => {
    expect(events().map(({ meta_info }) => meta_info['finish_reason'])).toEqual([
      null,
      null,
      null,
      { type: 'length', length: 4 },
    ]);
  });

  it.each([
    [
      { reason: 'stop', matched: 512 },
      { type: 'stop', matched: 512 },
    ],
    [
      { reason: 'stop', matched: 'x' },
      { type: 'stop', matched: 'x' },
    ],
    [{ reason: 'abort' }, { type: 'abort', message: 'Aborted', status_code: null }],
  ] as const)('tells the finish %j as an object', (finish, told) => {
    expect(events({ finish }).at(-1)?.meta_info['finish_reason']).toEqual(told);
  });

  it('tells what the cache held', () => {
    expect(events({ cachedTokens: 2 })[0]?.meta_info).toMatchObject({
      cached_tokens: 2,
      cached_tokens_details: { device: 2, host: 0 },
    });
    expect(events()[0]?.meta_info).toMatchObject({
      cached_tokens: 0,
      cached_tokens_details: null,
    });
  });

  it('tells the times of the request at its end', () => {
    expect(events().at(-1)?.meta_info).toMatchObject({
      e2e_latency: 2.5,
      first_token_latency: 0.5,
      request_received_ts: 1_700_000_000.5,
      response_sent_to_client_ts: 1_700_000_001,
      request_finished_ts: 1_700_000_003,
      decode_throughput: 1.5,
    });
  });

  it('tells in the first event, and not in those between, when it was sent', () => {
    const told = events().map(({ meta_info }) => 'response_sent_to_client_ts' in meta_info);

    expect(told).toEqual([true, false, false, true]);
  });

  it('has no throughput when one token was all', () => {
    const milestones = { receivedMs: 1000, firstTokenMs: 1500, lastTokenMs: 1500 };
    const all = events({ request: { outputTokensMax: 1 }, milestones });

    expect(all[0]?.meta_info).toMatchObject({ decode_throughput: 0, e2e_latency: 0.5 });
  });

  it('numbers its choices when there are several', () => {
    const all = events({ request: { choicesPerPrompt: 2, outputTokensMax: 1 } });

    expect(all.map(({ index }) => index)).toEqual([0, 1]);
    expect(events()[0]).not.toHaveProperty('index');
  });

  it('grows each choice by itself', () => {
    const all = events({ request: { choicesPerPrompt: 2, outputTokensMax: 2 } });
    const generation = aGeneration({ request: { choicesPerPrompt: 2, outputTokensMax: 2 } });

    expect(all.map(({ text }) => text)).toEqual([
      generation.choices[0]?.answer.text(0, 1),
      generation.choices[1]?.answer.text(0, 1),
      generation.choices[0]?.answer.text(0, 2),
      generation.choices[1]?.answer.text(0, 2),
    ]);
  });
});

describe('a whole native answer of SGLang 0.5.23', () => {
  it('is one object for one choice', () => {
    const generation = aGeneration({ request: { shape: 'generate' } });

    expect(writeWhole(sglangCurrentGenerate, generation)).toMatchObject({
      text: answer?.text(0, 4),
      output_ids: answer?.ids(0, 4),
      meta_info: { id: 'id-0', prompt_tokens: 2, completion_tokens: 4 },
    });
  });

  it('is a list for several', () => {
    const prompts = [promptOfText('able'), promptOfText('about')];
    const generation = aGeneration({ request: { shape: 'generate', prompts } });

    expect(writeWhole(sglangCurrentGenerate, generation)).toMatchObject([
      { meta_info: { id: 'id-0' }, index: 0 },
      { meta_info: { id: 'id-1' }, index: 1 },
    ]);
  });
});

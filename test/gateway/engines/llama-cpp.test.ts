import { describe, expect, it } from 'vitest';

import { llamaCpp } from '../../../gateway/engines/llama-cpp.ts';
import { capture, withoutCaptures } from '../../support/captures.ts';

const props = JSON.stringify({
  default_generation_settings: { n_ctx: 2048 },
  total_slots: 4,
  build_info: 'b6000-abc',
});

const idle = { n_ctx: 2048, is_processing: false };
const busy = {
  n_ctx: 2048,
  is_processing: true,
  n_prompt_tokens: 1000,
  next_token: [{ n_decoded: 24 }],
};
const slots = JSON.stringify([idle, busy, busy, idle]);
const metrics =
  'llamacpp:requests_processing 3\nllamacpp:requests_deferred 5\nllamacpp:prompt_tokens_total 87\n';

const [both, slotsAlone, metricsAlone] = llamaCpp.loadSources;

describe('llama.cpp', () => {
  it('is known by its slots, which share the context', () => {
    expect(llamaCpp.recognise(new Map([['/props', props]]))).toEqual({
      version: 'b6000-abc',
      contextTokensMax: 2048,
      kvCapacityTokens: 8192,
      kvBlockTokens: 1,
    });
    expect(llamaCpp.recognise(new Map([['/props', '{"detail":"Not Found"}']]))).toBeUndefined();
    expect(llamaCpp.recognise(new Map())).toBeUndefined();
  });

  it('tells its context by its list of models too', () => {
    const models = JSON.stringify({ data: [{ id: 'a', meta: { n_ctx: 512 } }] });
    const pages = new Map([
      ['/props', '{"total_slots":2}'],
      ['/v1/models', models],
    ]);
    expect(llamaCpp.recognise(pages)).toMatchObject({
      contextTokensMax: 512,
      kvCapacityTokens: 1024,
    });
  });

  it('tells nothing of its size where neither page does', () => {
    expect(llamaCpp.recognise(new Map([['/props', '{"total_slots":2}']]))).toMatchObject({
      contextTokensMax: undefined,
      kvCapacityTokens: undefined,
    });
  });

  it('has its queue from the metrics and its KV cache from the slots', () => {
    expect(both?.read([slots, metrics], { askedMs: 3 })).toEqual({
      load: { takenAtMs: 3, runningRequests: 2, waitingRequests: 5, kvCacheUsage: 2048 / 8192 },
      startedAt: undefined,
      workDone: 87,
    });
    expect(both?.read([slots, ''], { askedMs: 3 })).toBeUndefined();
    expect(both?.read(['{"error":{}}', metrics], { askedMs: 3 })).toBeUndefined();
  });

  it('tells by its slots alone what runs, in how many', () => {
    expect(slotsAlone?.read([slots], { askedMs: 3 })?.load).toEqual({
      takenAtMs: 3,
      runningRequests: 2,
      waitingRequests: 0,
      kvCacheUsage: 0.25,
      runningRequestsMax: 4,
    });
    expect(slotsAlone?.read(['[]'], { askedMs: 3 })).toBeUndefined();
  });

  it('reads the tokens of a slot in the older form as well', () => {
    const old = JSON.stringify([{ ...busy, next_token: { n_decoded: 1048 } }]);
    expect(slotsAlone?.read([old], { askedMs: 0 })?.load.kvCacheUsage).toBe(1);
    const bare = JSON.stringify([{ is_processing: true }]);
    expect(slotsAlone?.read([bare], { askedMs: 0 })?.load.kvCacheUsage).toBe(0);
  });

  it('tells by its metrics alone what runs and waits', () => {
    expect(metricsAlone?.read([metrics], { askedMs: 3 })?.load).toMatchObject({
      runningRequests: 3,
      waitingRequests: 5,
    });
  });
});

describe.skipIf(withoutCaptures)('a real llama-server', () => {
  const body = (name: string) =>
    Buffer.concat([...capture(`llama-server/${name}`).chunks]).toString();

  it('is known with its facts and its load', () => {
    expect(llamaCpp.recognise(new Map([['/props', body('get-props')]]))).toEqual({
      version: 'b0-unknown',
      contextTokensMax: 2048,
      kvCapacityTokens: 8192,
      kvBlockTokens: 1,
    });
    expect(both?.read([body('get-slots'), body('metrics')], { askedMs: 1 })).toEqual({
      load: {
        takenAtMs: 1,
        runningRequests: 0,
        waitingRequests: 0,
        kvCacheUsage: 0,
        outputTokensPerSecond: 51.1179,
      },
      startedAt: undefined,
      workDone: 87,
    });
  });
});

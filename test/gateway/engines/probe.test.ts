import { describe, expect, it } from 'vitest';

import { openai } from '../../../gateway/engines/openai.ts';
import { probe } from '../../../gateway/engines/probe.ts';
import { sglang } from '../../../gateway/engines/sglang.ts';
import { vllm } from '../../../gateway/engines/vllm.ts';
import { FakePages, page, refused } from '../../support/fake-pages.ts';

const kinds = [sglang, vllm, openai];
const never = new AbortController().signal;

const models = page({
  data: [
    { id: 'llama', owned_by: 'vllm', max_model_len: 8192 },
    { id: 'sql-lora', owned_by: 'vllm', parent: 'llama' },
  ],
});
const metrics = page('vllm:num_requests_running 0.0\nvllm:num_requests_waiting 0.0\n');
const vllmPages = {
  '/v1/models': models,
  '/version': page({ version: '0.32.0' }),
  '/metrics': metrics,
};

describe('a probe', () => {
  it('finds the engine, its models with their adapters, and where it tells its load', async () => {
    const { read } = new FakePages(vllmPages);

    expect(await probe(read, kinds, undefined, never)).toEqual({
      kind: 'found',
      engine: {
        kind: vllm,
        facts: {
          version: '0.32.0',
          contextTokensMax: 8192,
          kvCapacityTokens: undefined,
          kvBlockTokens: undefined,
        },
        models: ['llama', 'sql-lora'],
        loadSource: vllm.loadSources[0],
      },
    });
  });

  it('asks for nothing more where the list of models does not come', async () => {
    const pages = new FakePages({ '/v1/models': refused });

    expect(await probe(pages.read, kinds, undefined, never)).toEqual({
      kind: 'absent',
      reason: 'connect ECONNREFUSED 127.0.0.1:1',
    });
    expect(pages.asked).toEqual(['/v1/models']);
  });

  it.each([
    [401, 'it refuses our API key (401)'],
    [403, 'it refuses our API key (403)'],
    [503, 'it answers 503 to /v1/models'],
  ])('says what a status of %i means', async (status, reason) => {
    const { read } = new FakePages({ '/v1/models': { status, body: '' } });
    expect(await probe(read, kinds, undefined, never)).toEqual({ kind: 'absent', reason });
  });

  it('takes what lists models and is nothing else for a plain engine', async () => {
    const { read } = new FakePages({ '/v1/models': models });
    const found = await probe(read, kinds, undefined, never);
    expect(found).toMatchObject({ engine: { kind: openai, loadSource: undefined } });
  });

  it('does not settle for less while a page that would tell does not answer', async () => {
    const { read } = new FakePages({
      ...vllmPages,
      '/get_model_info': new Error('socket hang up'),
    });
    expect(await probe(read, kinds, undefined, never)).toEqual({
      kind: 'absent',
      reason: 'socket hang up',
    });
  });

  it('does not know what lists nothing', async () => {
    const { read } = new FakePages({ '/v1/models': page('<html>hello</html>') });
    expect(await probe(read, kinds, undefined, never)).toEqual({
      kind: 'absent',
      reason: 'what answers is no engine that is known',
    });
  });

  it('takes a named engine at its word, and asks for its pages alone', async () => {
    const pages = new FakePages({ '/v1/models': models });

    const found = await probe(pages.read, kinds, vllm, never);

    expect(found).toMatchObject({
      engine: { kind: vllm, facts: { version: undefined }, models: ['llama', 'sql-lora'] },
    });
    expect(pages.asked).toEqual(['/v1/models', '/version', '/metrics']);
  });

  it('reads no load where the pages tell none', async () => {
    const empty = page('# TYPE vllm:num_requests_running gauge\n');
    const { read } = new FakePages({ ...vllmPages, '/metrics': empty });
    const found = await probe(read, kinds, undefined, never);
    expect(found).toMatchObject({ engine: { kind: vllm, loadSource: undefined } });
  });

  it('prefers the better source of an SGLang, and falls back on the other', async () => {
    const loads = page({ loads: [{ num_running_reqs: 0, num_waiting_reqs: 0 }] });
    const gauges = page('sglang:num_running_reqs 0.0\nsglang:num_queue_reqs 0.0\n');
    const info = page({ model_path: 'x' });
    const pages = { '/v1/models': models, '/get_model_info': info, '/metrics': gauges };
    const sourceOf = async (more: Readonly<Record<string, ReturnType<typeof page>>>) => {
      const found = await probe(new FakePages({ ...pages, ...more }).read, kinds, undefined, never);
      return found.kind === 'found' ? found.engine.loadSource?.paths : undefined;
    };
    expect(await sourceOf({ '/v1/loads': loads })).toEqual(['/v1/loads']);
    expect(await sourceOf({})).toEqual(['/metrics']);
    expect(await sourceOf({ '/metrics': { status: 404, body: '' } })).toBeUndefined();
  });

  it('asks for each page once', async () => {
    const pages = new FakePages(vllmPages);
    await probe(pages.read, kinds, undefined, never);
    expect(new Set(pages.asked).size).toBe(pages.asked.length);
  });
});

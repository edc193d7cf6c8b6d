import { describe, expect, it } from 'vitest';

import { sglang } from '../../../gateway/engines/sglang.ts';
import { capture, withoutCaptures } from '../../support/captures.ts';
import { metricSample, withoutMetricSamples } from '../../support/metric-samples.ts';

const modelInfo = JSON.stringify({ model_path: '/models/llama', is_generation: true });
const models = JSON.stringify({ data: [{ id: 'llama', owned_by: 'sglang' }] });

function factsOf(pages: Readonly<Record<string, string>>) {
  return sglang.recognise(new Map(Object.entries({ '/v1/models': models, ...pages })));
}

const [byLoads, byMetrics] = sglang.loadSources;

describe('SGLang', () => {
  it('0.2.14 is known by its model’s path, and tells next to nothing', () => {
    const args = JSON.stringify({ context_length: null, max_total_tokens: null, tp_size: 8 });
    expect(factsOf({ '/get_model_info': modelInfo, '/get_server_args': args })).toEqual({
      version: undefined,
      contextTokensMax: undefined,
      kvCapacityTokens: undefined,
      kvBlockTokens: undefined,
    });
  });

  it('0.2.14 tells what it was started with', () => {
    const args = JSON.stringify({ context_length: 8192, max_total_tokens: 500_000 });
    expect(factsOf({ '/get_model_info': modelInfo, '/get_server_args': args })).toMatchObject({
      contextTokensMax: 8192,
      kvCapacityTokens: 500_000,
    });
  });

  it.each([
    [true, false],
    [false, undefined],
    ['true', undefined],
  ])('keeps no prompts where its radix cache is off: %s', (off, cachesPrefixes) => {
    const args = JSON.stringify({ disable_radix_cache: off });
    const facts = factsOf({ '/get_model_info': modelInfo, '/get_server_args': args });
    expect(facts?.cachesPrefixes).toBe(cachesPrefixes);
  });

  it('is known under the new names of its pages alone', () => {
    const info = JSON.stringify({ version: '0.6.0', page_size: 64, max_total_num_tokens: 1000 });
    expect(factsOf({ '/model_info': modelInfo, '/server_info': info })).toEqual({
      version: '0.6.0',
      contextTokensMax: undefined,
      kvCapacityTokens: 1000,
      kvBlockTokens: 64,
    });
  });

  it('is not known by a page of that name that says something else', () => {
    expect(factsOf({})).toBeUndefined();
    expect(factsOf({ '/get_model_info': '{"detail":"Not Found"}' })).toBeUndefined();
  });

  it('tells by its metrics what its other pages leave out', () => {
    const metrics = [
      'sglang:max_total_num_tokens{dp_rank="0",tp_rank="0"} 1000',
      'sglang:max_total_num_tokens{dp_rank="0",tp_rank="1"} 1000',
      'sglang:max_total_num_tokens{dp_rank="1",tp_rank="0"} 1000',
      'sglang:page_size{dp_rank="0"} 16',
      'sglang:page_size{dp_rank="1"} 16',
      'sglang:context_len{tp_rank="0"} 4096',
    ].join('\n');
    expect(factsOf({ '/get_model_info': modelInfo, '/metrics': metrics })).toEqual({
      version: undefined,
      contextTokensMax: 4096,
      kvCapacityTokens: 2000,
      kvBlockTokens: 16,
    });
  });

  it('is asked for its own account of the load before its metrics', () => {
    expect(byLoads?.paths).toEqual(['/v1/loads']);
    expect(byMetrics?.paths).toEqual(['/metrics']);
  });

  it('counts a request once, however many tensor-parallel ranks repeat it', () => {
    const metrics = ['num_running_reqs', 'num_queue_reqs']
      .flatMap((name) =>
        [0, 1].flatMap((dp) =>
          [0, 1, 2, 3].map(
            (tp) => `sglang:${name}{dp_rank="${dp}",tp_rank="${tp}",priority=""} ${dp + 3}`,
          ),
        ),
      )
      .join('\n');
    expect(byMetrics?.read([metrics], { askedMs: 0 })?.load).toMatchObject({
      runningRequests: 7,
      waitingRequests: 7,
    });
  });
});

describe.skipIf(withoutMetricSamples)('published pages of SGLang', () => {
  it('tell a loaded engine', () => {
    const page = metricSample('sglang-2025-03-docs-loaded');
    expect(byMetrics?.read([page], { askedMs: 9 })).toMatchObject({
      load: { takenAtMs: 9, kvCacheUsage: 0.28, prefixCacheHitRate: 0.007_507_552_643_049_313 },
      workDone: 8_128_902,
    });
  });

  it('of the first days tell a capacity and no load', () => {
    const page = metricSample('sglang-2024-11-first-metrics-name-label-excerpt');
    expect(byMetrics?.read([page], { askedMs: 0 })).toBeUndefined();
    expect(factsOf({ '/get_model_info': modelInfo, '/metrics': page })).toMatchObject({
      kvCapacityTokens: 570_979,
      contextTokensMax: 131_072,
    });
  });

  it('re-exported by a router under other names are not its own', () => {
    const page = metricSample('sglang-reexported-by-router-underscore-names-excerpt');
    expect(byMetrics?.read([page], { askedMs: 0 })).toBeUndefined();
  });
});

describe.skipIf(withoutCaptures)('a real SGLang 0.5.23', () => {
  const body = (name: string) =>
    Buffer.concat([...capture(`sglang-0.5.23/${name}`).chunks]).toString();

  it.each([
    ['with all its pages', ['get_model_info', 'get_server_info', 'v1loads']],
    ['without its account of the load', ['get_model_info', 'get_server_info']],
    ['by the new names of its pages', ['model_info', 'server_info']],
  ])('is known with all its facts %s', (_, names) => {
    const paths = names.map((name) => [
      name === 'v1loads' ? '/v1/loads' : `/${name}`,
      body(`get-${name}`),
    ]);
    const pages = Object.fromEntries([...paths, ['/v1/models', body('get-models')]]) as Record<
      string,
      string
    >;
    expect(factsOf(pages)).toEqual({
      version: '0.5.23',
      contextTokensMax: 8192,
      kvCapacityTokens: 20_000,
      kvBlockTokens: 1,
    });
  });

  it('is known by its metrics where its server page is closed', () => {
    const pages = { '/get_model_info': body('get-get_model_info'), '/metrics': body('metrics') };
    expect(factsOf(pages)).toEqual({
      version: undefined,
      contextTokensMax: 8192,
      kvCapacityTokens: 20_000,
      kvBlockTokens: 1,
    });
  });
});

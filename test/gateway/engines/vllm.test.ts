import { describe, expect, it } from 'vitest';

import type { LoadReading } from '../../../gateway/engines/engine-kind.ts';
import { vllm } from '../../../gateway/engines/vllm.ts';
import { capture, withoutCaptures } from '../../support/captures.ts';
import { metricSample, withoutMetricSamples } from '../../support/metric-samples.ts';

function models(owner: string): [string, string] {
  const data = [
    { id: 'llama', owned_by: owner, max_model_len: 8192 },
    { id: 'sql-lora', owned_by: owner, parent: 'llama', max_model_len: null },
  ];
  return ['/v1/models', JSON.stringify({ object: 'list', data })];
}

const version: [string, string] = ['/version', '{"version":"0.5.5"}'];

function cacheInfo(labels: string): [string, string] {
  return ['/metrics', `vllm:cache_config_info{${labels}} 1.0\n`];
}

function readLoad(page: string): LoadReading | undefined {
  return vllm.loadSources[0]?.read([page], { askedMs: 5 });
}

describe('vLLM', () => {
  it('is known by its version and the owner of its models', () => {
    expect(vllm.recognise(new Map([models('vllm'), version]))).toEqual({
      version: '0.5.5',
      contextTokensMax: 8192,
      kvCapacityTokens: undefined,
      kvBlockTokens: undefined,
    });
    expect(vllm.recognise(new Map([models('vllm (simulated)'), version]))).toBeDefined();
  });

  it('is known by its metrics where its models are somebody else’s', () => {
    const metrics: [string, string] = [
      '/metrics',
      '# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 0',
    ];
    expect(vllm.recognise(new Map([models('acme'), version, metrics]))).toBeDefined();
  });

  it('is not taken for TensorRT-LLM, which tells a version too', () => {
    expect(vllm.recognise(new Map([models('tensorrt_llm'), version]))).toBeUndefined();
    expect(vllm.recognise(new Map([models('vllm')]))).toBeUndefined();
  });

  it('tells its KV cache in blocks, or in tokens, over all ranks', () => {
    const factsBy = (labels: string) =>
      vllm.recognise(new Map([models('vllm'), version, cacheInfo(labels)]));
    expect(factsBy('block_size="16",num_gpu_blocks="1000"')).toMatchObject({
      kvBlockTokens: 16,
      kvCapacityTokens: 16_000,
    });
    expect(
      factsBy('block_size="16",num_gpu_blocks="1000",kv_cache_size_tokens="15990"'),
    ).toMatchObject({ kvCapacityTokens: 15_990 });
    const ranks =
      'block_size="16",engine="0",num_gpu_blocks="10"} 1.0\nvllm:cache_config_info{block_size="16",engine="1",num_gpu_blocks="10"';
    expect(factsBy(ranks)).toMatchObject({ kvBlockTokens: 16, kvCapacityTokens: 320 });
  });

  it('tells no KV cache where its process does not know', () => {
    const facts = vllm.recognise(
      new Map([models('vllm'), version, cacheInfo('block_size="None",num_gpu_blocks="None"')]),
    );
    expect(facts).toMatchObject({ kvBlockTokens: undefined, kvCapacityTokens: undefined });
  });

  it('adds what its ranks run and wait for, and takes the mean of their KV usage', () => {
    const page = ['num_requests_running', 'num_requests_waiting', 'kv_cache_usage_perc']
      .flatMap((name) => [`vllm:${name}{engine="0"} 0.5`, `vllm:${name}{engine="1"} 0.25`])
      .join('\n');
    expect(readLoad(page)?.load).toEqual({
      takenAtMs: 5,
      runningRequests: 0.75,
      waitingRequests: 0.75,
      kvCacheUsage: 0.375,
    });
  });
});

describe.skipIf(withoutMetricSamples)('published pages of vLLM', () => {
  it('tell a busy engine from one whose queue has look-alikes', () => {
    expect(readLoad(metricSample('vllm-0.27.1-busy-16running-32waiting-excerpt'))).toEqual({
      load: {
        takenAtMs: 5,
        runningRequests: 16,
        waitingRequests: 32,
        kvCacheUsage: 0.005_862_953_462_806_852_5,
        prefixCacheHitRate: 0,
      },
      startedAt: 1_787_502_422.38,
      workDone: expect.any(Number) as number,
    });
  });

  it.each(['vllm-0.22.1rc1-idle-excerpt', 'vllm-v0-2025-01-idle'])(
    'tell an idle engine: %s',
    (name) => {
      expect(readLoad(metricSample(name))?.load).toMatchObject({
        runningRequests: 0,
        waitingRequests: 0,
        kvCacheUsage: 0,
      });
    },
  );

  it('tell no load where they announce families without samples', () => {
    expect(readLoad(metricSample('vllm-0.5.x-multiprocess-help-only-no-samples'))).toBeUndefined();
  });

  it.each([
    ['vllm-v0-2025-01-idle', 16, 81_767 * 16],
    ['vllm-2024-02-cache_config_info-line', 16, 24_188 * 16],
    ['vllm-0.27.1-busy-16running-32waiting-excerpt', 128, 349_440],
  ])('tell the KV cache: %s', (name, kvBlockTokens, kvCapacityTokens) => {
    const pages = new Map([models('vllm'), version, ['/metrics', metricSample(name)]]);
    expect(vllm.recognise(pages)).toMatchObject({ kvBlockTokens, kvCapacityTokens });
  });
});

describe.skipIf(withoutCaptures)('a real vLLM 0.32.0', () => {
  const body = (name: string) =>
    Buffer.concat([...capture(`vllm-0.32.0/${name}`).chunks]).toString();

  it('is known with all its facts', () => {
    const pages = new Map([
      ['/v1/models', body('get-models')],
      ['/version', body('get-version')],
      ['/metrics', body('metrics')],
    ]);
    expect(vllm.recognise(pages)).toEqual({
      version: '0.32.0',
      contextTokensMax: 8192,
      kvCapacityTokens: 46_592,
      kvBlockTokens: 128,
    });
  });

  it('tells its load', () => {
    expect(readLoad(body('metrics'))).toEqual({
      load: {
        takenAtMs: 5,
        runningRequests: 0,
        waitingRequests: 0,
        kvCacheUsage: 0,
        prefixCacheHitRate: 0,
      },
      startedAt: 1_795_533_478.48,
      workDone: 8830,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { writeVllmCurrentMetrics } from '../../../../deploy/simulator/protocols/vllm-current-metrics.ts';
import { withoutCaptures } from '../../../support/captures.ts';
import { seriesOn, valueOn } from '../../../support/metrics-page.ts';
import { aReplicaView, captureBody, idleLoad } from '../../../support/simulator.ts';

const busy = {
  ...idleLoad,
  runningRequests: 3,
  waitingRequests: 2,
  usedTokens: 250,
  preemptions: 1,
  promptTokensTotal: 700,
  cachedTokensTotal: 300,
  outputTokensTotal: 90,
};
const page = writeVllmCurrentMetrics(aReplicaView({ load: () => busy }));
const labels = '{engine="0",model_name="served-model"}';

describe('the metrics page of vLLM 0.32', () => {
  it.each([
    ['vllm:num_requests_running', 3],
    ['vllm:num_requests_waiting', 2],
    ['vllm:kv_cache_usage_perc', 0.25],
    ['vllm:prefix_cache_queries_total', 700],
    ['vllm:prefix_cache_hits_total', 300],
    ['vllm:num_preemptions_total', 1],
    ['vllm:prompt_tokens_total', 700],
    ['vllm:prompt_tokens_cached_total', 300],
    ['vllm:generation_tokens_total', 90],
  ])('shows %s as %d', (name, value) => {
    expect(valueOn(page, `${name}${labels}`)).toBe(value);
  });

  it('splits the waiting ones by their reason, under a name that begins like theirs', () => {
    expect(seriesOn(page, 'vllm:num_requests_waiting_by_reason')).toEqual([
      'vllm:num_requests_waiting_by_reason{engine="0",model_name="served-model",reason="capacity"} 2.0',
      'vllm:num_requests_waiting_by_reason{engine="0",model_name="served-model",reason="deferred"} 0.0',
    ]);
  });

  it('has a twin of creation for each counter', () => {
    expect(valueOn(page, `vllm:prompt_tokens_created${labels}`)).toBe(1_700_000_000);
  });

  it('tells when it started, so that a restart is seen', () => {
    expect(valueOn(page, 'process_start_time_seconds')).toBe(1_700_000_000);
  });

  it('lists every finish, happened or not', () => {
    expect(seriesOn(page, 'vllm:request_success_total')).toHaveLength(5);
  });

  it('counts rejections without the label of an engine', () => {
    const view = aReplicaView();
    view.observations.rejected = 4;
    const series =
      'vllm:admission_rejections_total{model_name="served-model",reason="max_num_queued_reqs"}';

    expect(valueOn(writeVllmCurrentMetrics(view), series)).toBe(4);
  });

  it('tells the capacity in blocks and in tokens', () => {
    const [config = ''] = seriesOn(page, 'vllm:cache_config_info');

    expect(config).toContain('num_gpu_blocks="90062"');
    expect(config).toContain('kv_cache_size_tokens="1440992"');
    expect(config).toContain('block_size="16"');
  });

  it('counts gaps under the new name', () => {
    const view = aReplicaView();
    view.observations.whole.interTokenSeconds.record(0.02, 5);

    expect(
      valueOn(writeVllmCurrentMetrics(view), `vllm:inter_token_latency_seconds_count${labels}`),
    ).toBe(5);
  });

  it.skipIf(withoutCaptures)('has only families that the real one has, of the same type', () => {
    const real = captureBody('vllm-0.32.0/metrics');
    const types = page.split('\n').filter((line) => line.startsWith('# TYPE'));

    expect(types.filter((line) => !real.includes(`${line}\n`))).toEqual([]);
  });

  it.skipIf(withoutCaptures)('labels its series as the real one does', () => {
    const real = captureBody('vllm-0.32.0/metrics');
    const labelNames = (text: string, name: string): string[] =>
      seriesOn(text, name).map((line) => line.replaceAll(/"[^"]*"|\d.*$/g, ''));

    for (const name of [
      'vllm:num_requests_running',
      'vllm:num_requests_waiting_by_reason',
      'vllm:request_success_total',
      'vllm:admission_rejections_total',
    ]) {
      expect(labelNames(page, name)).toEqual(labelNames(real, name));
    }
  });
});

import { describe, expect, it } from 'vitest';
import { writeVllm05Metrics } from '../../../../deploy/simulator/protocols/vllm-0-5-metrics.ts';
import { seriesOn, valueOn } from '../../../support/metrics-page.ts';
import { aReplicaView, idleLoad, thePreset } from '../../../support/simulator.ts';

const busy = {
  ...idleLoad,
  runningRequests: 3,
  waitingRequests: 2,
  usedTokens: 250,
  preemptions: 1,
  promptTokensTotal: 700,
  outputTokensTotal: 90,
};
const replica = aReplicaView({
  preset: thePreset('vllm-0.5.5-8xh100-tp8'),
  load: () => busy,
});
const page = writeVllm05Metrics(replica);

describe('the metrics page of vLLM 0.5.5', () => {
  it.each([
    ['vllm:num_requests_running', 3],
    ['vllm:num_requests_waiting', 2],
    ['vllm:num_requests_swapped', 0],
    ['vllm:gpu_cache_usage_perc', 0.25],
    ['vllm:gpu_prefix_cache_hit_rate', -1],
    ['vllm:num_preemptions_total', 1],
    ['vllm:prompt_tokens_total', 700],
    ['vllm:generation_tokens_total', 90],
  ])('shows %s as %d under the label of the model alone', (name, value) => {
    expect(valueOn(page, `${name}{model_name="served-model"}`)).toBe(value);
  });

  it('tells the capacity in blocks', () => {
    const [config = ''] = seriesOn(page, 'vllm:cache_config_info');

    expect(config).toContain('block_size="16"');
    expect(config).toContain('num_gpu_blocks="93750"');
    expect(config).toContain('enable_prefix_caching="False"');
  });

  it('has no twin of creation and no name of a later version', () => {
    expect(page).not.toContain('_created');
    expect(page).not.toContain('vllm:kv_cache_usage_perc');
    expect(page).not.toContain('inter_token_latency');
    expect(page).not.toContain('engine=');
  });

  it('shows a finish once it has happened', () => {
    const view = aReplicaView();
    expect(seriesOn(writeVllm05Metrics(view), 'vllm:request_success_total')).toEqual([]);
    view.observations.finished.stop += 2;

    expect(seriesOn(writeVllm05Metrics(view), 'vllm:request_success_total')).toEqual([
      'vllm:request_success_total{finished_reason="stop",model_name="served-model"} 2.0',
    ]);
  });

  it('counts gaps under the old name', () => {
    const view = aReplicaView();
    view.observations.streamed.interTokenSeconds.record(0.02, 5);

    expect(
      valueOn(
        writeVllm05Metrics(view),
        'vllm:time_per_output_token_seconds_count{model_name="served-model"}',
      ),
    ).toBe(5);
  });
});

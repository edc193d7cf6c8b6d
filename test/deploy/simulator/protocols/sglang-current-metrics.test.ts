import { describe, expect, it } from 'vitest';
import { writeSglangCurrentMetrics } from '../../../../deploy/simulator/protocols/sglang-current-metrics.ts';
import { withoutCaptures } from '../../../support/captures.ts';
import { seriesOn, valueOn } from '../../../support/metrics-page.ts';
import { aReplicaView, captureBody, idleLoad, thePreset } from '../../../support/simulator.ts';

const busy = {
  ...idleLoad,
  runningRequests: 3,
  waitingRequests: 2,
  usedTokens: 250,
  promptTokensTotal: 700,
  cachedTokensTotal: 350,
};
const preset = thePreset('sglang-current-8xh100-tp8');
const page = writeSglangCurrentMetrics(aReplicaView({ preset, load: () => busy }));
const rank =
  '{engine_type="unified",model_name="served-model",moe_ep_rank="0",pp_rank="0",tp_rank="0"}';

describe('the metrics page of SGLang 0.5.23', () => {
  it.each([
    ['num_running_reqs', 3],
    ['num_queue_reqs', 2],
    ['token_usage', 0.25],
    ['num_used_tokens', 250],
    ['max_total_num_tokens', 1000],
    ['page_size', preset.kvBlockTokens],
    ['num_pages', Math.floor(1000 / preset.kvBlockTokens)],
    ['context_len', 8192],
    ['cache_hit_rate', 0.5],
    ['utilization', 0],
  ])('shows %s as %d under the labels of its rank', (name, value) => {
    expect(valueOn(page, `sglang:${name}${rank}`)).toBe(value);
  });

  it('has a hit rate of 0 before the first prompt', () => {
    const idle = writeSglangCurrentMetrics(aReplicaView());

    expect(valueOn(idle, `sglang:cache_hit_rate${rank}`)).toBe(0);
  });

  it('counts requests apart by whether they streamed', () => {
    const view = aReplicaView();
    view.observations.streamed.promptTokens.record(30);
    view.observations.whole.promptTokens.record(7);

    expect(seriesOn(writeSglangCurrentMetrics(view), 'sglang:prompt_tokens_total')).toEqual([
      'sglang:prompt_tokens_total{engine_type="unified",is_streaming="false",model_name="served-model"} 7.0',
      'sglang:prompt_tokens_total{engine_type="unified",is_streaming="true",model_name="served-model"} 30.0',
    ]);
  });

  it('counts gaps together', () => {
    const view = aReplicaView();
    view.observations.streamed.interTokenSeconds.record(0.02, 3);
    view.observations.whole.interTokenSeconds.record(0.02, 4);

    expect(
      valueOn(
        writeSglangCurrentMetrics(view),
        'sglang:inter_token_latency_seconds_count{engine_type="unified",model_name="served-model"}',
      ),
    ).toBe(7);
  });

  it('counts what the cache gave by where it lay', () => {
    expect(seriesOn(page, 'sglang:cached_tokens_total')).toEqual([
      'sglang:cached_tokens_total{cache_source="device",engine_type="unified",model_name="served-model"} 350.0',
    ]);
  });

  it('counts aborts that were asked for', () => {
    const view = aReplicaView();
    view.observations.finished.abort = 2;

    expect(
      valueOn(
        writeSglangCurrentMetrics(view),
        'sglang:num_aborted_requests_total{engine_type="unified",model_name="served-model"}',
      ),
    ).toBe(2);
  });

  it.skipIf(withoutCaptures)('has only families that the real one has, of the same type', () => {
    const real = captureBody('sglang-0.5.23/metrics-end');
    const types = page.split('\n').filter((line) => line.startsWith('# TYPE'));

    expect(types.filter((line) => !real.includes(`${line}\n`))).toEqual([]);
  });

  it.skipIf(withoutCaptures)('labels its series as the real one does', () => {
    const real = captureBody('sglang-0.5.23/metrics-end');
    const labelNames = (text: string, name: string): string[] =>
      seriesOn(text, name).map((line) => line.replaceAll(/"[^"]*"|\d.*$/g, ''));

    for (const name of [
      'sglang:num_running_reqs',
      'sglang:prompt_tokens_total',
      'sglang:num_requests_total',
      'sglang:cached_tokens_total',
    ]) {
      expect(labelNames(page, name)).toEqual(labelNames(real, name));
    }
  });
});

import type { Histogram } from '../histogram.ts';
import type { RequestSeries } from '../observations.ts';
import { type Labels, PrometheusPage } from '../prometheus-page.ts';
import type { ReplicaView } from '../replica-view.ts';
import { sglangCurrentHelp } from './sglang-current-metric-table.ts';

/** Request series stand once for each way of answering: not streamed, streamed. */
const ways = ['false', 'true'] as const;

/** `/metrics` of SGLang 0.5.23: scheduler series by rank, request series by whether they streamed. */
export function writeSglangCurrentMetrics(replica: ReplicaView): string {
  const page = new PrometheusPage(sglangCurrentHelp);
  const engine = { engine_type: 'unified', model_name: replica.model };
  writeScheduler(page, replica, { ...engine, moe_ep_rank: '0', pp_rank: '0', tp_rank: '0' });
  writeLatencies(page, replica, engine);
  writeCounts(page, replica, engine);
  return page.text();
}

function writeScheduler(page: PrometheusPage, replica: ReplicaView, labels: Labels): void {
  const { preset } = replica;
  const { load } = replica.metricsGauges();
  const { capacityTokens, usedTokens } = load;
  const gauge = (name: string, value: number): void => {
    page.gauge(`sglang:${name}`, labels, value);
  };
  gauge('max_total_num_tokens', capacityTokens);
  gauge('page_size', preset.kvBlockTokens);
  gauge('num_pages', Math.floor(capacityTokens / preset.kvBlockTokens));
  gauge('context_len', preset.contextTokensMax);
  gauge('num_running_reqs', load.runningRequests);
  gauge('num_queue_reqs', load.waitingRequests);
  gauge('num_grammar_queue_reqs', 0);
  gauge('cache_hit_rate', load.cachedTokensTotal / Math.max(1, load.promptTokensTotal));
  gauge('token_usage', usedTokens / capacityTokens);
  gauge('full_token_usage', usedTokens / capacityTokens);
  gauge('num_used_tokens', usedTokens);
  gauge('kv_used_tokens', usedTokens);
  gauge('utilization', 0);
  gauge('num_retracted_reqs', 0);
}

function writeLatencies(page: PrometheusPage, replica: ReplicaView, labels: Labels): void {
  const { observations } = replica;
  const histogram = (name: string, pick: (series: RequestSeries) => Histogram): void => {
    page.family(name, 'histogram');
    for (const way of ways) {
      page.buckets(name, wayLabels(replica, way), pick(observations.series(way === 'true')));
    }
  };
  histogram('sglang:time_to_first_token_seconds', (series) => series.firstTokenSeconds);
  histogram('sglang:e2e_request_latency_seconds', (series) => series.endToEndSeconds);
  const gaps = observations.together((series) => series.interTokenSeconds);
  page.histogram('sglang:inter_token_latency_seconds', labels, gaps);
}

/** Token counts move when a request has ended. */
function writeCounts(page: PrometheusPage, replica: ReplicaView, labels: Labels): void {
  const { observations } = replica;
  const count = (name: string, read: (series: RequestSeries) => number): void => {
    page.family(name, 'counter');
    for (const way of ways) {
      page.sample(name, wayLabels(replica, way), read(observations.series(way === 'true')));
    }
  };
  count('sglang:prompt_tokens_total', (series) => series.promptTokens.sum);
  count('sglang:generation_tokens_total', (series) => series.outputTokens.sum);
  count('sglang:num_requests_total', (series) => series.endToEndSeconds.count);
  const cached = { cache_source: 'device', ...labels };
  page.counter('sglang:cached_tokens_total', cached, replica.load().cachedTokensTotal);
  page.counter('sglang:num_aborted_requests_total', labels, observations.finished.abort);
}

function wayLabels({ model }: ReplicaView, way: (typeof ways)[number]): Labels {
  return { engine_type: 'unified', is_streaming: way, model_name: model };
}

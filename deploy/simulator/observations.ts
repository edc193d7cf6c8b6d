import type { Finish } from './answer.ts';
import type { Generation } from './generation.ts';
import { Histogram } from './histogram.ts';

/** Upper edges of an engine's latency histograms, in seconds. */
export interface LatencyBuckets {
  readonly firstToken: readonly number[];
  readonly interToken: readonly number[];
  readonly endToEnd: readonly number[];
}

/** Edges of the token counts of a request, as vLLM draws them up to 8k contexts: 1, 2, 5 a decade. */
const TOKEN_EDGES: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/** What was seen of the requests that were answered in one way, streamed or whole. */
export class RequestSeries {
  readonly firstTokenSeconds: Histogram;
  readonly interTokenSeconds: Histogram;
  readonly endToEndSeconds: Histogram;
  readonly promptTokens: Histogram = new Histogram(TOKEN_EDGES);
  readonly outputTokens: Histogram = new Histogram(TOKEN_EDGES);

  constructor(buckets: LatencyBuckets) {
    this.firstTokenSeconds = new Histogram(buckets.firstToken);
    this.interTokenSeconds = new Histogram(buckets.interToken);
    this.endToEndSeconds = new Histogram(buckets.endToEnd);
  }
}

/** What an engine counts of its requests since it started, for its metrics page. */
export class Observations {
  readonly streamed: RequestSeries;
  readonly whole: RequestSeries;
  readonly finished: Record<Finish['reason'], number> = { stop: 0, length: 0, abort: 0 };
  /** Requests refused because the queue was full. */
  rejected = 0;

  constructor(buckets: LatencyBuckets) {
    this.streamed = new RequestSeries(buckets);
    this.whole = new RequestSeries(buckets);
  }

  series(isStream: boolean): RequestSeries {
    return isStream ? this.streamed : this.whole;
  }

  /** Books a generation that has ended, well or by an abort that its client was told of. */
  close(series: RequestSeries, generation: Generation): void {
    const { receivedMs, lastTokenMs = receivedMs } = generation.milestones();
    series.endToEndSeconds.record((lastTokenMs - receivedMs) / 1000);
    for (const choice of generation.choices) {
      if (choice.index % generation.request.choicesPerPrompt === 0) {
        series.promptTokens.record(choice.prompt.ids.length);
      }
      series.outputTokens.record(generation.tokens(choice));
      this.finished[generation.finish(choice).reason] += 1;
    }
  }

  /** One histogram of streamed and whole answers together. */
  together(pick: (series: RequestSeries) => Histogram): Histogram {
    const all = new Histogram(pick(this.streamed).edges);
    all.add(pick(this.streamed));
    all.add(pick(this.whole));
    return all;
  }
}

import type { Ending } from './ending.ts';
import type { Exposition, HistogramSample } from './exposition.ts';
import type { Recorder } from './recorder.ts';
import type { Label } from './series-table.ts';
import { Histogram } from './histogram.ts';
import {
  durationBoundsSeconds,
  estimateRatioBounds,
  interTokenLatencyBoundsSeconds,
  queueWaitBoundsSeconds,
  timePerOutputTokenBoundsSeconds,
  timeToFirstTokenBoundsSeconds,
} from './histogram-bounds.ts';
import { metrics } from './semconv.ts';
import { SeriesTable } from './series-table.ts';

/** Series of one histogram family; beyond it all further ones are one, labelled `other`. */
export const HISTOGRAM_SERIES_MAX = 512;

/** The labels of the latency families. */
export interface LatencyLabels {
  readonly operation: Label;
  readonly model: Label;
  readonly replica: Label;
  readonly error: Label;
}

/** The latency histograms: every figure of a request is binned once, at its end. */
export class LatencyMetrics {
  readonly #labels: LatencyLabels;
  readonly #answers: SeriesTable<AnswerHistograms>;
  readonly #durations: SeriesTable<Histogram>;
  readonly #promptEstimates: SeriesTable<Histogram>;
  readonly #outputEstimates: SeriesTable<Histogram>;

  /** The labels may be shared with other families. */
  constructor(labels: LatencyLabels) {
    const { operation, model, replica, error } = labels;
    this.#labels = labels;
    this.#answers = new SeriesTable([operation, model, replica], HISTOGRAM_SERIES_MAX, () => ({
      queueWait: new Histogram(QUEUE_WAIT),
      timeToFirstToken: new Histogram(TIME_TO_FIRST_TOKEN),
      timePerOutputToken: new Histogram(TIME_PER_OUTPUT_TOKEN),
      interTokenLatency: new Histogram(INTER_TOKEN_LATENCY),
    }));
    this.#durations = new SeriesTable(
      [operation, model, replica, error],
      HISTOGRAM_SERIES_MAX,
      () => new Histogram(DURATION),
    );
    const estimates = (): SeriesTable<Histogram> =>
      new SeriesTable([model], HISTOGRAM_SERIES_MAX, () => new Histogram(ESTIMATE_RATIO));
    this.#promptEstimates = estimates();
    this.#outputEstimates = estimates();
  }

  /** Bins one ended request; `model` is the number of its label. */
  observe(record: Recorder, model: number, ending: Ending): void {
    const operation = this.#labels.operation.values.idOf(record.arrival.operation);
    const replica = this.#labels.replica.values.idOf(record.lastAttempt?.replica);
    const error = this.#labels.error.values.idOf(record.errorCode);
    const trace = exemplarOf(record, ending);
    const duration = this.#durations.at(operation, model, replica, error);
    note(duration, (ending.endMs - record.arrival.receivedMs) / 1000, trace);
    if (record.attempts.length > 0) {
      this.#observeAnswer(record, this.#answers.at(operation, model, replica), trace);
    }
    if (record.promptTokensSource === 'usage') this.#observeEstimates(record, model);
  }

  /** Adds every family to a page. */
  expose(page: Exposition): void {
    page.histograms(
      metrics.requestDuration,
      each(this.#durations, (histogram) => histogram),
    );
    page.histograms(
      metrics.timeToFirstToken,
      each(this.#answers, (one) => one.timeToFirstToken),
    );
    page.histograms(
      metrics.timePerOutputToken,
      each(this.#answers, (one) => one.timePerOutputToken),
    );
    page.histograms(
      metrics.interTokenLatency,
      each(this.#answers, (one) => one.interTokenLatency),
    );
    page.histograms(
      metrics.queueWait,
      each(this.#answers, (one) => one.queueWait),
    );
    page.histograms(
      metrics.promptEstimateRatio,
      each(this.#promptEstimates, (histogram) => histogram),
    );
    page.histograms(
      metrics.outputEstimateRatio,
      each(this.#outputEstimates, (histogram) => histogram),
    );
  }

  #observeAnswer(record: Recorder, histograms: AnswerHistograms, trace: Trace | undefined): void {
    if (record.queueWaitMs !== undefined) {
      note(histograms.queueWait, record.queueWaitMs / 1000, trace);
    }
    // A whole answer comes at once: it has a duration, and no first token of its own.
    if (!record.streamed) return;
    const timing = record.timing();
    if (timing.timeToFirstTokenMs !== undefined) {
      note(histograms.timeToFirstToken, timing.timeToFirstTokenMs / 1000, trace);
    }
    if (timing.timePerOutputTokenMs !== undefined) {
      note(histograms.timePerOutputToken, timing.timePerOutputTokenMs / 1000, trace);
    }
    if (timing.interTokenLatencyMaxMs !== undefined) {
      noteGaps(histograms.interTokenLatency, record, timing.interTokenLatencyMaxMs, trace);
    }
  }

  /** By the engine's own counts; an answer that failed has no length of its own. */
  #observeEstimates(record: Recorder, model: number): void {
    const { promptTokens = 0, promptTokensEstimate, outputTokens = 0, errorCode } = record;
    if (promptTokensEstimate !== undefined && promptTokens > 0) {
      this.#promptEstimates.at(model).observe(promptTokensEstimate / promptTokens);
    }
    const { outputTokensEstimate } = record;
    if (outputTokensEstimate !== undefined && outputTokens > 0 && errorCode === undefined) {
      this.#outputEstimates.at(model).observe(outputTokensEstimate / outputTokens);
    }
  }
}

interface AnswerHistograms {
  readonly queueWait: Histogram;
  readonly timeToFirstToken: Histogram;
  readonly timePerOutputToken: Histogram;
  readonly interTokenLatency: Histogram;
}

interface Trace {
  readonly traceId: string;
  readonly atSeconds: number;
}

const DURATION = Float64Array.from(durationBoundsSeconds);
const TIME_TO_FIRST_TOKEN = Float64Array.from(timeToFirstTokenBoundsSeconds);
const TIME_PER_OUTPUT_TOKEN = Float64Array.from(timePerOutputTokenBoundsSeconds);
const INTER_TOKEN_LATENCY = Float64Array.from(interTokenLatencyBoundsSeconds);
const QUEUE_WAIT = Float64Array.from(queueWaitBoundsSeconds);
const ESTIMATE_RATIO = Float64Array.from(estimateRatioBounds);

// Only a trace that is kept leads anywhere.
function exemplarOf({ trace }: Recorder, { wallMs, decision }: Ending): Trace | undefined {
  if (trace === undefined || decision === 'passed_over') return undefined;
  return { traceId: trace.traceId, atSeconds: wallMs / 1000 };
}

function note(histogram: Histogram, seconds: number, trace: Trace | undefined): void {
  histogram.observe(seconds);
  if (trace !== undefined) histogram.exemplify(seconds, trace.traceId, trace.atSeconds);
}

function* each<Value>(
  table: SeriesTable<Value>,
  histogramOf: (value: Value) => Histogram,
): Generator<HistogramSample> {
  for (const { labels, value } of table.all()) {
    const histogram = histogramOf(value);
    // Answers that come whole, and calls that generate nothing, never have most of these figures.
    if (!histogram.isEmpty) yield { labels, histogram };
  }
}

// Where the engine tells more tokens than were counted, each gap is shared among as many more.
function noteGaps(
  histogram: Histogram,
  { timer, outputTokens }: Recorder,
  worstMs: number,
  trace: Trace | undefined,
): void {
  const tokensPerCount = Math.max(1, (outputTokens ?? 0) / Math.max(1, timer.tokens));
  const scale = 0.001 / tokensPerCount;
  histogram.observeAll(timer.gaps(), scale, timer.gapTokens());
  if (trace !== undefined) histogram.exemplify(worstMs * scale, trace.traceId, trace.atSeconds);
}

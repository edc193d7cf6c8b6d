import type { Exposition, HistogramSample } from './exposition.ts';
import type { Recorder } from './recorder.ts';
import { labelPair } from './exposition.ts';
import { Histogram } from './histogram.ts';
import { overheadBoundsSeconds } from './histogram-bounds.ts';
import { labels, metrics } from './semconv.ts';

/** What the gateway itself takes of each request, part by part. What a relayed token costs is the process's CPU. */
export class OverheadMetrics {
  readonly #read = new Histogram(BOUNDS);
  readonly #prepare = new Histogram(BOUNDS);
  readonly #decide = new Histogram(BOUNDS);
  readonly #settle = new Histogram(BOUNDS);

  /** Bins the parts that an ended request came to. */
  observe({ arrival, bodyAtMs, askedAtMs, queueWaitMs, attempts }: Recorder, endMs: number): void {
    if (bodyAtMs === undefined) return;
    this.#read.observe((bodyAtMs - arrival.receivedMs) / 1000);
    if (askedAtMs === undefined) return;
    this.#prepare.observe((askedAtMs - bodyAtMs) / 1000);
    const startMs = attempts[0]?.startMs;
    if (startMs === undefined) return;
    // Of one that waited nobody can tell its own decision from that of others.
    if (queueWaitMs === 0) this.#decide.observe((startMs - askedAtMs) / 1000);
    this.#settle.observe((endMs - (attempts.at(-1)?.endMs ?? endMs)) / 1000);
  }

  /** Adds the family to a page; parts that no request came to are left out. */
  expose(page: Exposition): void {
    const parts = [
      ['read', this.#read],
      ['prepare', this.#prepare],
      ['decide', this.#decide],
      ['settle', this.#settle],
    ] as const;
    const samples: HistogramSample[] = parts
      .filter(([, histogram]) => !histogram.isEmpty)
      .map(([part, histogram]) => ({ labels: labelPair(labels.part, part), histogram }));
    page.histograms(metrics.overhead, samples);
  }
}

const BOUNDS = Float64Array.from(overheadBoundsSeconds);

import type { RequestResult } from './request-result.ts';

/** A figure for each point in time of a run. */
export interface Series {
  readonly name: string;
  readonly values: Float64Array;
}

/** How a run went over time, as the client saw it. */
export interface Timeline {
  /** Times of the points, in milliseconds from the start, evenly spaced. */
  readonly timesMs: Float64Array;
  /** Sent, without a first token: in the gateway's queue or a replica's. */
  readonly queued: Series;
  /** Past the first token: one series a replica, in the order of their names. */
  readonly running: readonly Series[];
}

/** Enough for a smooth line across a page; more would only make the file larger. */
const POINTS_MAX = 400;

/** Counts who was queued and who was running over a run of `durationMs`. Only successes are known. */
export function clientTimeline(results: readonly RequestResult[], durationMs: number): Timeline {
  const stepMs = Math.max(durationMs / (POINTS_MAX - 1), 1);
  const points = Math.floor(durationMs / stepMs) + 1;
  const queued = new Float64Array(points);
  const running = new Map<string, Float64Array>();
  for (const { succeeded, replica = '', startMs, timeToFirstTokenMs, endToEndMs } of results) {
    if (!succeeded) continue;
    const firstMs = startMs + timeToFirstTokenMs;
    addSpan(queued, startMs / stepMs, firstMs / stepMs);
    const counts = running.get(replica) ?? new Float64Array(points);
    running.set(replica, counts);
    addSpan(counts, firstMs / stepMs, (startMs + endToEndMs) / stepMs);
  }
  return {
    timesMs: Float64Array.from({ length: points }, (_, point) => point * stepMs),
    queued: { name: 'queued', values: queued },
    running: byName(running),
  };
}

/** Tokens per second over a run. */
export interface TokenRate {
  /** The middle of each span that was counted, in milliseconds from the start. */
  readonly timesMs: Float64Array;
  readonly total: Float64Array;
  /** One series a replica, in the order of their names. */
  readonly byReplica: readonly Series[];
}

/** A second each, and longer ones in a run of many. */
const RATE_SPAN_MS = 1000;

/** Counts chunks with text, as a client sees tokens, over a run of `durationMs`. Only successes are known. */
export function tokenRate(results: readonly RequestResult[], durationMs: number): TokenRate {
  const spanMs = Math.max(RATE_SPAN_MS, durationMs / POINTS_MAX);
  const spans = Math.ceil(durationMs / spanMs);
  const rates = new Map<string, Float64Array>();
  for (const { succeeded, replica = '', startMs, timeToFirstTokenMs, interTokenMs } of results) {
    if (!succeeded) continue;
    const rate = rates.get(replica) ?? new Float64Array(spans);
    rates.set(replica, rate);
    let atMs = startMs + timeToFirstTokenMs;
    addChunk(rate, atMs, spanMs);
    for (const gapMs of interTokenMs) {
      atMs += gapMs;
      addChunk(rate, atMs, spanMs);
    }
  }
  const byReplica = byName(rates);
  const total = new Float64Array(spans).map((_, span) =>
    byReplica.reduce((sum, { values }) => sum + (values[span] ?? 0), 0),
  );
  return { timesMs: total.map((_, span) => (span + 0.5) * spanMs), total, byReplica };
}

function addChunk(rate: Float64Array, atMs: number, spanMs: number): void {
  // What comes with the very end belongs to the last span.
  const span = Math.min(Math.floor(atMs / spanMs), rate.length - 1);
  rate[span] = (rate[span] ?? 0) + 1000 / spanMs;
}

function byName(series: ReadonlyMap<string, Float64Array>): readonly Series[] {
  return [...series]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, values]) => ({ name, values }));
}

/** Counts one more at every point of [from, to). */
function addSpan(counts: Float64Array, from: number, to: number): void {
  const end = Math.min(Math.ceil(to), counts.length);
  for (let point = Math.ceil(from); point < end; point += 1) {
    counts[point] = (counts[point] ?? 0) + 1;
  }
}

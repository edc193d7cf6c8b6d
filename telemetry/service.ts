import type { Recorder } from './recorder.ts';

/** What the users of this gateway call good: `routing.goodFirstTokenMs` and `routing.goodTokenGapMs`. */
export interface GoodService {
  readonly firstTokenMs: number;
  /** Mean over an answer. */
  readonly tokenGapMs: number;
}

/** How a request was served: `late` is its first token, `slow` its pace; who left was served well so far. */
export type Service = 'good' | 'late' | 'slow' | 'failed' | 'left';

/**
 * How a request that ended was served. `undefined` for what a client did wrong, and for an answer that came
 * whole, of which nobody saw a first token; its wait alone can make it late.
 */
export function serviceOf(record: Recorder, endMs: number, good: GoodService): Service | undefined {
  const { errorCode, status } = record;
  const isLeft = errorCode === CLIENT_LEFT;
  if (hasFailed(record)) return 'failed';
  if (status >= 400 && !isLeft) return undefined;
  if (firstTokenMs(record, endMs) > good.firstTokenMs) return 'late';
  if (!record.streamed) return undefined;
  const { timePerOutputTokenMs = 0 } = record.timing();
  if (timePerOutputTokenMs > good.tokenGapMs) return 'slow';
  return isLeft ? 'left' : 'good';
}

/** The code of a request whose client left. */
const CLIENT_LEFT = 'client_closed';

/** By the fault of the gateway or an engine; behind a head of 200 an error has broken the answer. */
function hasFailed({ errorCode, status }: Recorder): boolean {
  if (status >= 500) return true;
  return errorCode !== undefined && errorCode !== CLIENT_LEFT && status < 400;
}

/** A stream that had no output so far has waited for all its time. */
function firstTokenMs(record: Recorder, endMs: number): number {
  if (!record.streamed) return record.queueWaitMs ?? 0;
  const firstMs = record.timer.firstOutputMs ?? endMs;
  return firstMs - record.arrival.receivedMs;
}

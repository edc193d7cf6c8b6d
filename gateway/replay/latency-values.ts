import { z } from 'zod';

import { pooledGaps, timesPerOutputToken } from './measures.ts';
import type { RequestResult } from './request-result.ts';

/** Every value of the four latencies of a run, in no order. */
export interface LatencyValues {
  readonly timeToFirstTokenMs: Float64Array;
  readonly interTokenMs: Float64Array;
  readonly timePerOutputTokenMs: Float64Array;
  readonly endToEndMs: Float64Array;
}

/** The latencies of what succeeded. */
export function latencyValuesOf(results: readonly RequestResult[]): LatencyValues {
  const successes = results.filter(({ succeeded }) => succeeded);
  return {
    timeToFirstTokenMs: Float64Array.from(successes, (each) => each.timeToFirstTokenMs),
    interTokenMs: pooledGaps(successes),
    timePerOutputTokenMs: Float64Array.from(timesPerOutputToken(successes)),
    endToEndMs: Float64Array.from(successes, ({ endToEndMs }) => endToEndMs),
  };
}

/** What `--output-details` writes of each request, failures with an error; times in seconds. */
const details = z.object({
  output_lens: z.array(z.number()),
  ttfts: z.array(z.number()),
  itls: z.array(z.array(z.number())),
  errors: z.array(z.string()),
});

/**
 * The latencies of a parsed result line; `undefined` where it holds no request by itself. An answer ends with its
 * last token there, since its end is not told.
 */
export function latencyValuesOfResult(
  result: Readonly<Record<string, unknown>>,
): LatencyValues | undefined {
  const { data } = details.safeParse(result);
  if (data === undefined) return undefined;
  const whole = data.ttfts.flatMap((ttft, index) =>
    data.errors[index] === ''
      ? [{ ttft, gaps: data.itls[index] ?? [], tokens: data.output_lens[index] ?? 0 }]
      : [],
  );
  const decodes = whole.map(({ gaps }) => gaps.reduce((sum, gap) => sum + gap, 0));
  return {
    timeToFirstTokenMs: Float64Array.from(whole, ({ ttft }) => ttft * 1000),
    interTokenMs: Float64Array.from(whole.flatMap(({ gaps }) => gaps.map((gap) => gap * 1000))),
    timePerOutputTokenMs: Float64Array.from(
      whole.flatMap(({ tokens }, index) =>
        tokens > 1 ? [((decodes[index] ?? 0) * 1000) / (tokens - 1)] : [],
      ),
    ),
    endToEndMs: Float64Array.from(
      whole,
      ({ ttft }, index) => (ttft + (decodes[index] ?? 0)) * 1000,
    ),
  };
}

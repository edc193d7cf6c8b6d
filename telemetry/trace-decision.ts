import type { Recorder } from './recorder.ts';
import type { Service } from './service.ts';

/** Why the spans of a request are kept, or that they are not. */
export type TraceDecision = 'failed' | 'slow' | 'asked' | 'drawn' | 'passed_over';

/**
 * Decides on the spans of a request when all is known of it: what failed, on any attempt, and what was served
 * late or slowly is always kept, also where the caller did not ask for it; then what the caller asked for, then
 * what was drawn when the request came. Outside a trace there is nothing to keep.
 */
export function traceDecision(record: Recorder, service: Service | undefined): TraceDecision {
  const { trace, attempts, refusal } = record;
  if (trace === undefined) return 'passed_over';
  // A refusal says all in its line: an overload must not cost spans on top.
  if (service === 'failed' && refusal === undefined) return 'failed';
  if (attempts.length > 1) return 'failed';
  if (service === 'late' || service === 'slow') return 'slow';
  if (!trace.sampled) return 'passed_over';
  return trace.parentSpanId === undefined ? 'drawn' : 'asked';
}

import type { Service } from './service.ts';
import type { TraceDecision } from './trace-decision.ts';

/** What is made out of a record at its end, once for all who tell of it. */
export interface Ending {
  /** Monotonic milliseconds. */
  readonly endMs: number;
  /** The same moment in milliseconds since 1970. */
  readonly wallMs: number;
  /** `undefined` where nothing can be said of it. */
  readonly service: Service | undefined;
  readonly decision: TraceDecision;
}

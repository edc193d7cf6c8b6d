import type { RoutingRequest } from '../../routing/request.ts';
import type { Attempt } from '../../telemetry/recorder.ts';
import type { Clock } from '../clock.ts';
import type { GatewayError } from '../generation/error.ts';
import type { DecisionLog } from './decision-log.ts';
import type { Place, Refusal } from './dispatcher.ts';
import type { Exchange } from './exchange.ts';
import type { DecisionFacts, DecisionOutcome } from './noted-decision.ts';
import { NotedDecision } from './noted-decision.ts';

/** What a trail is kept with. */
export interface TrailParts {
  readonly decisions: DecisionLog;
  readonly clock: Clock;
}

/** The decisions on one request, in the order in which they were made, and at the end what came of each. */
export class Trail {
  readonly #exchange: Pick<Exchange, 'recorder' | 'receivedMs'>;
  readonly #parts: TrailParts;
  #steps: readonly { readonly decision: NotedDecision; readonly attempt: number }[] = [];

  constructor(exchange: Pick<Exchange, 'recorder' | 'receivedMs'>, parts: TrailParts) {
    this.#exchange = exchange;
    this.#parts = parts;
  }

  /** Notes where the request was sent. */
  granted(request: RoutingRequest, { receipt, wait, cachedTokens }: Place): void {
    this.#note({ request, receipt, wait, cachedTokens });
  }

  /** Notes that it was sent nowhere. */
  refused(request: RoutingRequest, { code }: GatewayError, { receipt, wait }: Refusal): void {
    this.#note({ request, receipt, wait, cachedTokens: 0, refusal: code });
  }

  /** Writes down what came of each decision; the record must have ended. */
  close(): void {
    const { attempts } = this.#exchange.recorder;
    for (const [index, { decision, attempt }] of this.#steps.entries()) {
      const next = this.#steps[index + 1];
      if (next === undefined) decision.outcome = this.#lastOutcome(attempts[attempt]);
      // A replica that had left by then was never tried.
      else decision.outcome = brokenOff(next.attempt > attempt ? attempts[attempt] : undefined);
    }
  }

  #note(facts: Omit<DecisionFacts, 'atMs' | 'ordinal'>): void {
    const { recorder } = this.#exchange;
    const { decisions, clock } = this.#parts;
    const ordinal = this.#steps.length + 1;
    const decision = new NotedDecision({ ...facts, atMs: clock.nowMs(), ordinal });
    // Nearly always one, kept through the whole answer: an array that is pushed to has room for 17.
    this.#steps = [...this.#steps, { decision, attempt: recorder.attempts.length }];
    recorder.routes = [...recorder.routes, decision];
    decisions.note(decision);
  }

  #lastOutcome(attempt: Attempt | undefined): DecisionOutcome {
    const { recorder, receivedMs } = this.#exchange;
    const { timer, streamed } = recorder;
    const firstOutputMs = streamed && attempt !== undefined ? timer.firstOutputMs : undefined;
    const startMs = attempt?.startMs ?? receivedMs;
    return {
      status: recorder.status,
      error: recorder.errorCode,
      durationMs: (attempt?.endMs ?? this.#parts.clock.nowMs()) - startMs,
      timeToFirstTokenMs: firstOutputMs === undefined ? undefined : firstOutputMs - receivedMs,
      prefillMs: firstOutputMs === undefined ? undefined : firstOutputMs - startMs,
      promptTokens: recorder.promptTokens,
      cachedTokens: recorder.cachedTokens,
      outputTokens: attempt === undefined ? undefined : recorder.timing().outputTokens,
    };
  }
}

/** An attempt that another one followed. */
function brokenOff(attempt: Attempt | undefined): DecisionOutcome {
  return {
    status: undefined,
    error: attempt?.errorCode,
    durationMs: attempt === undefined ? 0 : (attempt.endMs ?? attempt.startMs) - attempt.startMs,
    timeToFirstTokenMs: undefined,
    prefillMs: undefined,
    promptTokens: undefined,
    cachedTokens: undefined,
    outputTokens: undefined,
  };
}

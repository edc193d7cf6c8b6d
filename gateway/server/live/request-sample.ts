import type { ReplicaId } from '../../../routing/replica.ts';
import type { Recorder } from '../../../telemetry/recorder.ts';
import type { TokenTimer } from '../../../telemetry/token-timer.ts';
import type { OpenRequest, OpenRequests } from '../../pipeline/open-requests.ts';
import type { RequestChanges, RequestFacts, RequestPhase } from './page/model/live-events.ts';
import { requestPhases } from './page/model/live-events.ts';
import { lastMovedMs, phaseOf } from './request-phase.ts';

/** Requests that are told of at once; a page that draws more shows less. */
export const TOLD_MAX = 5_000;

/** A model's name is the client's own word, of any length. */
const MODEL_CHARACTERS_MAX = 100;

/** When a look is taken, and where the replicas stand in the event that it goes into. */
export interface LookTerms {
  readonly nowMs: number;
  /** Wall milliseconds at 0 of the gateway's clock. */
  readonly wallOffsetMs: number;
  readonly replicaIndex: ReadonlyMap<ReplicaId, number>;
}

/** One request as it was told last. */
interface Line {
  readonly open: OpenRequest;
  phase: RequestPhase;
  replica: ReplicaId | undefined;
  outputs: number;
  gapMaxMs: number;
}

/**
 * The open requests from look to look: what came, moved and went. It reads what the token timers keep anyway, at
 * each look, and nothing is done for it in between.
 */
export class RequestSample {
  readonly #open: OpenRequests;
  readonly #lines: Map<number, Line> = new Map();

  constructor(open: OpenRequests) {
    this.#open = open;
  }

  /** Forgets what was told: the next look tells of everyone. */
  forget(): void {
    this.#lines.clear();
  }

  /** What has changed since the last look. */
  look(terms: LookTerms): RequestChanges {
    const gone = this.#takeGone();
    const came: RequestFacts[] = [];
    const moved: number[] = [];
    for (const open of this.#open.values()) {
      let line = this.#lines.get(open.number);
      if (line === undefined) {
        if (this.#lines.size >= TOLD_MAX) continue;
        line = newLine(open);
        this.#lines.set(open.number, line);
        came.push(factsOf(open, terms));
        update(line);
        writeLine(line, terms, moved);
      } else if (update(line)) writeLine(line, terms, moved);
    }
    return { came, moved, gone, untold: this.#untold };
  }

  /** Everyone as of the last look, for somebody who has not seen it. */
  whole(terms: LookTerms): RequestChanges {
    const came: RequestFacts[] = [];
    const moved: number[] = [];
    for (const line of this.#lines.values()) {
      came.push(factsOf(line.open, terms));
      writeLine(line, terms, moved);
    }
    return { came, moved, gone: [], untold: this.#untold };
  }

  get #untold(): number {
    return Math.max(this.#open.size - this.#lines.size, 0);
  }

  #takeGone(): readonly number[] {
    const gone: number[] = [];
    for (const [number, { open }] of this.#lines) if (!this.#open.has(open)) gone.push(number);
    for (const number of gone) this.#lines.delete(number);
    return gone;
  }
}

function newLine(open: OpenRequest): Line {
  // Outputs from before its first look have no gap that is of the present.
  const { outputs } = open.exchange.recorder.timer;
  return { open, phase: 'waiting', replica: undefined, outputs, gapMaxMs: 0 };
}

/** Reads a request anew; true where something has changed. */
function update(line: Line): boolean {
  const { recorder } = line.open.exchange;
  const { timer } = recorder;
  const phase = phaseOf(recorder);
  const replica = recorder.lastAttempt?.replica;
  const isChanged =
    timer.outputs !== line.outputs || phase !== line.phase || replica !== line.replica;
  line.gapMaxMs = timer.outputs === line.outputs ? 0 : longestGapMs(timer, line.outputs);
  line.outputs = timer.outputs;
  line.phase = phase;
  line.replica = replica;
  return isChanged;
}

/** The longest gap that an output from number `outputsBefore` on has ended; 0 where none has. */
function longestGapMs(timer: TokenTimer, outputsBefore: number): number {
  const gaps = timer.gaps();
  let longestMs = 0;
  for (let index = Math.max(outputsBefore - 1, 0); index < gaps.length; index += 1) {
    longestMs = Math.max(longestMs, gaps[index] ?? 0);
  }
  return longestMs;
}

function writeLine(line: Line, { nowMs, replicaIndex }: LookTerms, moved: number[]): void {
  const { recorder } = line.open.exchange;
  moved.push(
    line.open.number,
    requestPhases.indexOf(line.phase),
    line.replica === undefined ? -1 : (replicaIndex.get(line.replica) ?? -1),
    recorder.timer.tokens,
    Math.round(line.gapMaxMs),
    Math.round(Math.max(nowMs - lastMovedMs(recorder), 0)),
  );
}

function factsOf({ number, exchange }: OpenRequest, { wallOffsetMs }: LookTerms): RequestFacts {
  const { requestId, tenant, priority, receivedMs, recorder } = exchange;
  return [
    number,
    requestId,
    tenant,
    modelOf(recorder),
    priority,
    Math.round(wallOffsetMs + receivedMs),
    Math.round(recorder.promptTokensEstimate ?? 0),
    Math.round(recorder.outputTokensEstimate ?? 0),
  ];
}

function modelOf({ model = '' }: Recorder): string {
  return model.slice(0, MODEL_CHARACTERS_MAX);
}

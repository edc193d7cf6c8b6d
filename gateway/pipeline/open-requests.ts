import type { ReplicaId } from '../../routing/replica.ts';
import type { Recorder } from '../../telemetry/recorder.ts';
import type { Exchange } from './exchange.ts';

/** What can be told of a request while it is open. */
export type OpenExchange = Pick<
  Exchange,
  'requestId' | 'tenant' | 'priority' | 'receivedMs' | 'recorder'
>;

/** A request between its decoded body and its record. */
export interface OpenRequest {
  /** Its own in this process, and larger than those of all who came before. */
  readonly number: number;
  readonly exchange: OpenExchange;
}

/** Who is being served at the moment, in the order of their coming, and what each replica has put out so far. */
export class OpenRequests {
  readonly #open: Set<OpenRequest> = new Set();
  /** Output tokens of those who have left. */
  readonly #tokensOfEnded: Map<ReplicaId, number> = new Map();
  #numbersGiven = 0;

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Lets a request in; whoever does so lets it out again. */
  enter(exchange: OpenExchange): OpenRequest {
    const open = { number: this.#numbersGiven++, exchange };
    this.#open.add(open);
    return open;
  }

  /** Lets a request out; its tokens stay counted. */
  leave(open: OpenRequest): void {
    if (!this.#open.delete(open)) return;
    const { recorder } = open.exchange;
    addTokens(this.#tokensOfEnded, recorder, tokensOf(recorder));
  }

  /** Whether a request has not been let out yet. */
  has(open: OpenRequest): boolean {
    return this.#open.has(open);
  }

  /** Those who are open, the eldest first. */
  values(): Iterable<OpenRequest> {
    return this.#open.values();
  }

  /** The youngest of those that go by a request id: clients choose it, and may choose it twice. */
  find(requestId: string): OpenRequest | undefined {
    let found: OpenRequest | undefined;
    for (const open of this.#open) if (open.exchange.requestId === requestId) found = open;
    return found;
  }

  /** Output tokens of each replica since the gateway began, those of open streams included. */
  tokensByReplica(): ReadonlyMap<ReplicaId, number> {
    const tokens = new Map(this.#tokensOfEnded);
    for (const { exchange } of this.#open) {
      addTokens(tokens, exchange.recorder, exchange.recorder.timer.tokens);
    }
    return tokens;
  }
}

/** As they were counted while they came, so that no total jumps at the end; of a whole answer the engine's word. */
function tokensOf({ streamed, timer, outputTokens }: Recorder): number {
  return streamed ? timer.tokens : (outputTokens ?? 0);
}

/** Adds the tokens of an answer, each to the replica that brought it. */
function addTokens(
  tokens: Map<ReplicaId, number>,
  { attempts }: Pick<Recorder, 'attempts'>,
  outputTokens: number,
): void {
  let left = outputTokens;
  for (const { replica, tokensBefore } of attempts.toReversed()) {
    addTo(tokens, replica, left - tokensBefore);
    left = tokensBefore;
  }
}

function addTo(tokens: Map<ReplicaId, number>, replica: ReplicaId, more: number): void {
  tokens.set(replica, (tokens.get(replica) ?? 0) + more);
}

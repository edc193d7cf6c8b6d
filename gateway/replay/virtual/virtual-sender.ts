import type { OutputOutlook } from '../../../routing/output-lengths.ts';
import type { RoutingRequest } from '../../../routing/request.ts';
import type { Place } from '../../pipeline/dispatcher.ts';
import type { WorkloadRequest } from '../workload.ts';
import type { OutputKnowledge } from './output-knowledge.ts';
import type { VirtualFleet } from './virtual-fleet.ts';
import type { VirtualReplica } from './virtual-replica.ts';
import { accepts, engineRequest, routingRequest } from './virtual-request.ts';

/** Told of one answer, on virtual time. */
export interface AnswerListener {
  /** The request goes to a replica, for the first or a second time. */
  dispatched?(replica: string): void;
  tokens(count: number, atMs: number): void;
  finished(end: VirtualEnd): void;
  failed(message: string): void;
}

/** The end of a whole answer. */
export interface VirtualEnd {
  readonly atMs: number;
  readonly replica: string;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
}

interface Sending {
  readonly request: WorkloadRequest;
  readonly routing: RoutingRequest;
  readonly excluded: Set<string>;
  readonly listener: AnswerListener;
}

/**
 * The way of a request on virtual time, as the pipeline has it over sockets: a turn, an attempt, a
 * second one elsewhere when the first is lost before its first token, and what is learned at the end.
 */
export class VirtualSender {
  readonly #fleet: VirtualFleet;
  readonly #knowledge: OutputKnowledge;

  constructor(fleet: VirtualFleet, knowledge: OutputKnowledge) {
    this.#fleet = fleet;
    this.#knowledge = knowledge;
  }

  /** Sends one request at this moment. */
  send(request: WorkloadRequest, listener: AnswerListener): void {
    const outlook: OutputOutlook = this.#knowledge.outlook(request);
    const excluded = new Set<string>();
    const routing = routingRequest(request, { model: this.#fleet.model, outlook, excluded });
    const sending = { request, routing, excluded, listener };
    this.#fleet.dispatcher.enter(routing, {
      granted: (place) => this.#attempt(sending, place),
      refused: (error) => listener.failed(error.message),
    });
  }

  #attempt(sending: Sending, place: Place): void {
    const { request, listener } = sending;
    const { reservation } = place;
    const replica = this.#replica(place.replica.id);
    if (!accepts(replica.preset, request)) {
      reservation.release();
      listener.failed('Bad Request');
      return;
    }
    listener.dispatched?.(replica.id);
    const wanted = engineRequest(request, replica.preset);
    let outputTokens = 0;
    const generation = replica.submit(wanted, {
      tokens: (count, atMs) => {
        if (outputTokens === 0) reservation.firstToken();
        outputTokens += count;
        reservation.outputTokens += count;
        listener.tokens(count, atMs);
      },
      finished: (atMs) => {
        const { promptTokens } = wanted;
        const { cachedTokens } = generation;
        reservation.release();
        this.#learn(sending, { place, outputTokens, cachedTokens });
        listener.finished({ atMs, replica: replica.id, promptTokens, outputTokens, cachedTokens });
      },
      lost: () => {
        reservation.release();
        if (outputTokens > 0) listener.failed('the replica went down');
        else this.#retry(sending, replica);
      },
    });
  }

  /** What was lost before its first token is tried once elsewhere. */
  #retry(sending: Sending, { id }: VirtualReplica): void {
    const isFirst = sending.excluded.size === 0;
    sending.excluded.add(id);
    const place = isFirst ? this.#fleet.dispatcher.tryElsewhere(sending.routing) : undefined;
    if (place === undefined) sending.listener.failed('the replica went down');
    else this.#attempt(sending, place);
  }

  #learn({ request }: Sending, { place, outputTokens, cachedTokens }: Learned): void {
    this.#knowledge.learn(request, outputTokens);
    const { kvBlockTokens } = this.#replica(place.replica.id).preset;
    // An engine without a block cache tells nothing of cached tokens.
    if (kvBlockTokens > 1) this.#fleet.dispatcher.observeCached(place, cachedTokens);
  }

  #replica(id: string): VirtualReplica {
    const replica = this.#fleet.replicas.get(id);
    if (replica === undefined) throw new RangeError(`no virtual replica ${id}`);
    return replica;
  }
}

interface Learned {
  readonly place: Place;
  readonly outputTokens: number;
  readonly cachedTokens: number;
}

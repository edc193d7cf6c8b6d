import type { IncomingMessage } from 'node:http';

import type { Fleet } from '../../routing/fleet.ts';
import type { Replica } from '../../routing/replica.ts';
import { GatewayError } from '../generation/error.ts';
import type { KeyCheck } from './key-check.ts';

/** Read-only paths that benchmark clients call before a run; one ready replica answers for all. */
export const ENGINE_INFO_PATHS: readonly string[] = [
  '/get_model_info',
  '/model_info',
  '/get_server_info',
  '/server_info',
  '/version',
];

/** A whole answer of an engine's side call. */
export interface EngineCallAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Asks one replica something on the side. Rejects when it cannot be reached in time. */
export type CallEngine = (replica: Replica, path: string) => Promise<EngineCallAnswer>;

/** What a flush did at each replica, by its id: the status, or why there is none. */
export type FlushReport = Readonly<Record<string, number | string>>;

/** Headers that a proxy adds: with one of them, loopback says nothing of who asks. */
const FORWARDING_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/** The engines' own side calls, as far as clients may have them. */
export class EngineCalls {
  readonly #fleet: Fleet;
  readonly #call: CallEngine;
  readonly #adminKey: KeyCheck;

  constructor(fleet: Fleet, call: CallEngine, adminKey: KeyCheck) {
    this.#fleet = fleet;
    this.#call = call;
    this.#adminKey = adminKey;
  }

  /** The first good answer of the ready replicas, asked in turn; the last bad one where none is good. */
  async info(path: string): Promise<EngineCallAnswer> {
    let last: EngineCallAnswer | undefined;
    for (const replica of this.#readyReplicas()) {
      // One after the other: the first that knows the path answers for all.
      const answer = await this.#call(replica, path).catch(unreachable);
      if (answer.status < 400) return { ...answer, body: veilKeys(answer.body) };
      last = answer;
    }
    if (last !== undefined) return last;
    throw new GatewayError('no_replica', 'No replica is ready.', { retryAfterMs: 2_000 });
  }

  /** Throws `forbidden` unless the admin key came, or the call is from this machine and no proxy. */
  checkMayFlush(incoming: IncomingMessage): void {
    if (this.#adminKey.isSet && this.#adminKey.accepts(incoming.headers.authorization)) return;
    const isLocal = LOOPBACK.test(incoming.socket.remoteAddress ?? '');
    const isForwarded = FORWARDING_HEADERS.some((name) => incoming.headers[name] !== undefined);
    if (isLocal && !isForwarded) return;
    throw new GatewayError('forbidden', 'Flushing the caches needs the admin key.');
  }

  /** Flushes the cache of every ready replica. GET is what every version of SGLang takes. */
  async flushCaches(): Promise<FlushReport> {
    const flushes = this.#readyReplicas().map(async (replica) => {
      const answer = await this.#call(replica, '/flush_cache').catch(unreachable);
      return [replica.id, answer.status] as const;
    });
    return Object.fromEntries(await Promise.all(flushes));
  }

  #readyReplicas(): readonly Replica[] {
    return this.#fleet.replicas().filter(({ id }) => this.#fleet.state(id) === 'ready');
  }
}

/** SGLang tells its launch arguments to whoever asks, the keys it was started with among them. */
function veilKeys(body: string): string {
  return body.replaceAll(/("\w*(?:api_key|password|token)":\s*)"(?:[^"\\]|\\.)*"/g, '$1"***"');
}

function unreachable(error: unknown): EngineCallAnswer {
  const message = error instanceof Error ? error.message : String(error);
  return {
    status: 502,
    contentType: 'application/json',
    body: JSON.stringify({ error: { message } }),
  };
}

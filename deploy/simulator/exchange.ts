import type { IncomingMessage, ServerResponse } from 'node:http';

import type { FaultBook } from './fault-book.ts';
import type { Protocol } from './protocols/protocol.ts';
import type { RequestLog } from './request-log.ts';
import type { SimulatedReplica } from './simulated-replica.ts';

/** What answers the requests of one replica. */
export interface HandlerParts {
  readonly replica: SimulatedReplica;
  readonly protocol: Protocol;
  readonly faults: FaultBook;
  readonly log: RequestLog;
  readonly apiKey: string | undefined;
  /** It serves an embedding model instead of one that generates. */
  readonly embeds: boolean;
  /** Said in the header `server` of every answer. */
  readonly serverName: string;
  /** A request has killed the engine. */
  readonly onFatal: () => void;
}

/** One request on its way: what came, and where the answer goes. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

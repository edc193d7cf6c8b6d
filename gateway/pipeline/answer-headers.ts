import type { ReceivedHeaders } from '../wire/http-client.ts';
import type { ReplyHeaders } from './exchange.ts';

/** Headers of an engine's answer that mean something to its client. Hop-by-hop ones are not among them. */
const PASSED_ON: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'cache-control',
  'retry-after',
  'server',
]);

/** The engine's headers as the client gets them; `server` names the engine that made the answer. */
export function answerHeaders(received: ReceivedHeaders): ReplyHeaders {
  const headers: ReplyHeaders = {};
  for (const name of PASSED_ON) {
    const value = received[name];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

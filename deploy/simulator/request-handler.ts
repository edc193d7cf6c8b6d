import type { IncomingMessage, ServerResponse } from 'node:http';

import { answerGeneration } from './answer-generation.ts';
import type { Exchange, HandlerParts } from './exchange.ts';
import type { RequestFault } from './fault-rules.ts';
import { GARBAGE, killSocket } from './event-writer.ts';
import { jsonAnswer, type PlainAnswer, sendAnswer } from './plain-answer.ts';
import type { Page, RefusedAt, Route } from './protocols/protocol.ts';
import { bodyBytesMax, readBody } from './read-body.ts';
import { RequestRefused } from './refusal.ts';
import { RouteTable } from './route-table.ts';

/** Pages that a frozen engine answers as before. */
const FREEZABLE: ReadonlySet<string> = new Set(['/metrics', '/v1/loads', '/load']);

/** Answers requests as one engine version does, and fails them as the fault rules say. */
export class RequestHandler {
  readonly #parts: HandlerParts;
  readonly #routes: RouteTable;
  readonly #frozen = new Map<string, PlainAnswer>();

  constructor(parts: HandlerParts) {
    this.#parts = parts;
    this.#routes = new RouteTable(routesOf(parts));
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const { replica, serverName } = this.#parts;
    response.setHeader('server', serverName);
    // Said outright, so that Node does not add a time limit that no engine announces.
    if (response.shouldKeepAlive) response.setHeader('connection', 'keep-alive');
    const [path = '', query] = (request.url ?? '/').split('?', 2);
    replica.requestOpened();
    response.once('close', () => replica.requestClosed());
    readBody(request, bodyBytesMax, (body) => {
      if (body === undefined) return sendAnswer(response, jsonAnswer(413, { detail: 'Too Large' }));
      this.#receive({ request, response, path, query: new URLSearchParams(query), body });
    });
  }

  #receive(exchange: Exchange): void {
    const { request, path, body } = exchange;
    const method = request.method ?? 'GET';
    this.#parts.log.add({
      atMs: this.#parts.replica.nowSeconds() * 1000,
      method,
      url: request.url ?? '/',
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body,
    });
    const match = this.#routes.find(method, path);
    const isGeneration = match.kind === 'route' && match.route.kind === 'generation';
    const faults = this.#parts.faults.strike({
      path,
      isGeneration,
      body: () => body.toString('utf8'),
    });
    if (strikesAtOnce(faults, exchange, isGeneration)) return;
    if (!this.#isAllowed(exchange)) {
      return sendAnswer(exchange.response, this.#parts.protocol.unauthorized());
    }
    if (match.kind === 'none') return sendAnswer(exchange.response, match.answer);
    const { route, name } = match;
    if (route.kind === 'generation') {
      const { replica, protocol, onFatal } = this.#parts;
      return answerGeneration(exchange, { replica, protocol, onFatal, shape: route.shape, faults });
    }
    void this.#answerPage(exchange, route.page, name);
  }

  async #answerPage(exchange: Exchange, page: Page, name: string): Promise<void> {
    const { response, path, query, body } = exchange;
    const frozen = this.#frozenAnswer(exchange);
    if (frozen !== undefined) return sendAnswer(response, frozen);
    const answer = await this.#runPage(page, { path, query, name, body: body.toString('utf8') });
    if (FREEZABLE.has(path)) this.#frozen.set(exchange.request.url ?? path, answer);
    sendAnswer(response, answer);
  }

  async #runPage(
    page: Page,
    { path, ...request }: { path: string; query: URLSearchParams; name: string; body: string },
  ): Promise<PlainAnswer> {
    const { replica, protocol } = this.#parts;
    try {
      return await page(replica, request);
    } catch (error) {
      if (!(error instanceof RequestRefused)) throw error;
      const at: RefusedAt = { path, shape: undefined, stream: false };
      return protocol.refuse(error.refusal, at, replica);
    }
  }

  /** The last answer of a page, while the metrics are frozen. */
  #frozenAnswer({ request, path }: Exchange): PlainAnswer | undefined {
    if (!FREEZABLE.has(path)) return undefined;
    if (this.#parts.faults.replicaFault('frozen-metrics') === undefined) return undefined;
    return this.#frozen.get(request.url ?? path);
  }

  #isAllowed({ request, path }: Exchange): boolean {
    const { apiKey, protocol } = this.#parts;
    if (apiKey === undefined || !protocol.guards(path)) return true;
    return request.headers.authorization === `Bearer ${apiKey}`;
  }
}

/** An embedding model has its own routes where one that generates has others. */
function routesOf({ protocol, embeds }: HandlerParts): Readonly<Record<string, Route>> {
  if (!embeds) return protocol.routes;
  const pages = Object.entries(protocol.routes).filter(([, { kind }]) => kind === 'page');
  return { ...Object.fromEntries(pages), ...protocol.embeddingRoutes };
}

/** Lets the first fault strike that needs no answer; false when there is none. */
function strikesAtOnce(
  faults: readonly RequestFault[],
  { request, response }: Exchange,
  isGeneration: boolean,
): boolean {
  for (const fault of faults) {
    switch (fault.kind) {
      case 'hang':
        return true;
      case 'status':
        sendAnswer(response, statusAnswer(fault));
        return true;
      case 'die':
        if (isGeneration && fault.at !== 'headers') break;
        killSocket(request.socket, fault.how);
        return true;
      case 'garbage':
        if (isGeneration && fault.at !== 'headers') break;
        request.socket.end(GARBAGE, 'latin1');
        return true;
      default:
    }
  }
  return false;
}

function statusAnswer({
  status,
  retryAfterSeconds,
}: Extract<RequestFault, { kind: 'status' }>): PlainAnswer {
  const answer = jsonAnswer(status, {
    error: { message: 'Simulated refusal.', type: 'simulated', param: null, code: status },
  });
  if (retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { 'retry-after': String(retryAfterSeconds) } };
}

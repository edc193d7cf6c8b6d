import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';

import type { Telemetry } from '../../telemetry/telemetry.ts';
import { checkCaps } from '../caps/check-caps.ts';
import type { RequestCaps } from '../caps/request-caps.ts';
import type { Clock } from '../clock.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { GatewayError } from '../generation/error.ts';
import type { GenerateRequest } from '../generation/request.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import type { PipelineParts } from '../pipeline/parts.ts';
import { serve } from '../pipeline/pipeline.ts';
import { refuse } from '../pipeline/refuse.ts';
import { settle } from '../pipeline/settle.ts';
import type { Authenticator } from './auth.ts';
import { readBody } from './body.ts';
import type { Doorkeeper } from './doorkeeper.ts';
import { NodeReply } from './node-reply.ts';
import { requestIdOf } from './request-id.ts';
import type { Tenants } from './tenants.ts';
import { grantedMs, grantedPriority } from './wishes.ts';

/** What requests are received with. */
export interface ReceiveParts {
  readonly pipeline: PipelineParts;
  readonly telemetry: Telemetry;
  readonly authenticator: Authenticator;
  readonly tenants: Tenants;
  readonly doorkeeper: Doorkeeper;
  readonly clock: Clock;
  readonly bodyBytesMax: number;
  readonly caps: RequestCaps;
  /** Longest life of a request, or `Infinity`. */
  readonly totalMsMax: number;
}

/** A client that sends this header gets it back with the id of the replica that answered. */
const REPLICA_HEADER = 'x-gateway-replica';

/** Takes one request off its socket and sees it through to its record. Never rejects. */
export async function receive(
  incoming: IncomingMessage,
  response: ServerResponse,
  dialect: Dialect,
  path: string,
  parts: ReceiveParts,
): Promise<void> {
  const arrived = arrive(incoming, response, dialect, path, parts);
  const leave = parts.doorkeeper.enter(arrived.reply);
  try {
    const exchange = await open(incoming, arrived, parts);
    if (exchange !== undefined) await serve(exchange, parts.pipeline);
  } finally {
    leave();
  }
}

type Arrived = Pick<Exchange, 'requestId' | 'dialect' | 'path' | 'receivedMs' | 'recorder'> & {
  readonly reply: NodeReply;
};

function arrive(
  incoming: IncomingMessage,
  response: ServerResponse,
  dialect: Dialect,
  path: string,
  { telemetry, clock, doorkeeper }: ReceiveParts,
): Arrived {
  const receivedMs = clock.nowMs();
  const requestId = requestIdOf(incoming.headers['x-request-id'], randomUUID);
  const recorder = telemetry.record({
    requestId,
    receivedMs,
    method: 'POST',
    route: path,
    operation: dialect.paths.get(path) ?? path,
    traceparent: single(incoming.headers['traceparent']),
    tracestate: single(incoming.headers['tracestate']),
  });
  recorder.dialect = dialect.name;
  const reply = new NodeReply(response, { 'x-request-id': requestId });
  // Whoever has a connection here takes the next request elsewhere.
  if (doorkeeper.isLeaving) reply.addHeader('connection', 'close');
  return { requestId, dialect, path, receivedMs, recorder, reply };
}

/** Reads who asks for what; a request that cannot be read ends here, recorded. */
async function open(
  incoming: IncomingMessage,
  arrived: Arrived,
  parts: ReceiveParts,
): Promise<Exchange | undefined> {
  try {
    parts.doorkeeper.check();
    const tenant = parts.authenticator.tenantOf(incoming.headers.authorization);
    arrived.recorder.tenant = tenant;
    const body = await readBody(incoming, {
      bytesMax: parts.bodyBytesMax,
      totalMsMax: parts.totalMsMax,
      clock: parts.clock,
      wanted: expectsContinue(incoming) ? () => arrived.reply.sendContinue() : undefined,
    });
    arrived.recorder.bodyAtMs = parts.clock.nowMs();
    arrived.recorder.requestBytes = body.length;
    const request = arrived.dialect.decode(body, arrived.path);
    checkCaps(request, parts.caps);
    return makeExchange(incoming, arrived, request, tenant, parts);
  } catch (error) {
    if (!(error instanceof GatewayError)) parts.pipeline.reportBug(error, arrived.requestId);
    refuse(arrived, error);
    settle(arrived, parts.pipeline);
    return undefined;
  }
}

function makeExchange(
  incoming: IncomingMessage,
  arrived: Arrived,
  request: GenerateRequest,
  tenant: string,
  { totalMsMax, tenants }: ReceiveParts,
): Exchange {
  const { recorder } = arrived;
  const { headers } = incoming;
  const { weight, priority } = tenants.of(tenant);
  recorder.model = request.model;
  recorder.streamed = request.stream;
  return {
    ...arrived,
    request,
    tenant,
    tenantWeight: weight,
    priority: grantedPriority(headers, priority),
    authorization: headers.authorization,
    deadlineMs: arrived.receivedMs + grantedMs(headers, totalMsMax),
    namesReplica: headers[REPLICA_HEADER] !== undefined,
    charge: undefined,
  };
}

/** The client asks before it sends its body: one that is refused is never sent. */
function expectsContinue({ headers }: IncomingMessage): boolean {
  return headers.expect?.toLowerCase() === '100-continue';
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

import type { ReplicaId } from '../../routing/replica.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import { GatewayError } from '../generation/error.ts';
import { admit } from './admit.ts';
import { answerOutlook } from './answer-outlook.ts';
import type { AttemptEnd } from './attempt.ts';
import type { Place } from './dispatcher.ts';
import type { Exchange } from './exchange.ts';
import { forward } from './forward.ts';
import { FurtherTries } from './further-tries.ts';
import { promptBlocks } from './prompt-blocks.ts';
import { refuse, relayRefusal } from './refuse.ts';
import type { PipelineParts } from './parts.ts';
import { settle } from './settle.ts';
import { takeQuota } from './take-quota.ts';
import { Trail } from './trail.ts';

/** The life of one request, from its decoded body to its record. Never rejects. */
export async function serve(exchange: Exchange, parts: PipelineParts): Promise<void> {
  const trail = new Trail(exchange, parts);
  try {
    await converse(exchange, trail, parts);
  } catch (error) {
    if (!(error instanceof GatewayError)) parts.reportBug(error, exchange.requestId);
    refuse(exchange, error);
  } finally {
    settle(exchange, parts);
    trail.close();
  }
}

async function converse(exchange: Exchange, trail: Trail, parts: PipelineParts): Promise<void> {
  const nowMs = parts.clock.nowMs();
  parts.deadly.check(exchange.request, nowMs);
  parts.retries.arrived(nowMs);
  const size = reckon(exchange, parts);
  takeQuota(exchange, size, parts);
  const routing = describe(exchange, size);
  let place = await admit(exchange, routing, { dispatcher: parts.dispatcher, trail });
  const tries = new FurtherTries(exchange, routing, parts);
  for (;;) {
    const end = await attemptAt(place, exchange, parts);
    if (end.kind === 'complete') return;
    const next = await tries.next(end, place);
    if (next === undefined) return deliver(end, exchange, tries);
    trail.granted(next.routing, next.place);
    place = next.place;
  }
}

/** How large a request is, as far as can be known before it runs. */
type Reckoned = Pick<RoutingRequest, 'model' | 'promptTokens' | 'expectedOutputTokens' | 'outlook'>;

function reckon(exchange: Exchange, { estimator, lengths, names }: PipelineParts): Reckoned {
  const model = names.resolve(exchange.request.model, exchange.dialect.engine);
  const promptTokens = estimator.promptTokens(model, exchange.request.prompt);
  exchange.recorder.promptTokensEstimate = promptTokens;
  const { tenant } = exchange;
  const outlook = answerOutlook(lengths, exchange.request, { model, tenant, promptTokens });
  const expectedOutputTokens = outlook.expectedTokens(0);
  exchange.recorder.outputTokensEstimate = expectedOutputTokens;
  return { model, promptTokens, expectedOutputTokens, outlook };
}

/** What routing may know of the request. */
function describe(exchange: Exchange, reckoned: Reckoned): RoutingRequest {
  const { requestId, tenant } = exchange;
  return {
    ...reckoned,
    ...promptBlocks(exchange.request, reckoned),
    requestId,
    tenant,
    engine: exchange.dialect.engine,
    tenantWeight: exchange.tenantWeight,
    bodyBytes: exchange.request.body.length,
    priority: exchange.priority,
    deadlineMs: exchange.deadlineMs,
    excluded: NOBODY,
  };
}

const NOBODY: ReadonlySet<ReplicaId> = new Set();

/** One attempt, its reservation released however it ends. */
async function attemptAt(
  place: Place,
  exchange: Exchange,
  parts: PipelineParts,
): Promise<AttemptEnd> {
  const { replica, reservation } = place;
  try {
    const engine = parts.engineOf(replica.id);
    if (engine === undefined) return { kind: 'failed', error: replicaLeft(replica.id) };
    if (exchange.namesReplica) exchange.reply.addHeader('x-gateway-replica', replica.id);
    const model = parts.names.rename(exchange.request.model);
    const { clock, firstByteMs } = parts;
    const end = await forward({ exchange, place, engine, model, clock, firstByteMs });
    parts.attempted(replica.id, end);
    const { cachedTokens } = exchange.recorder;
    if (cachedTokens !== undefined) parts.dispatcher.observeCached(place, cachedTokens);
    return end;
  } finally {
    reservation.answeredTokens = exchange.recorder.outputTokens;
    reservation.release();
    parts.dispatcher.wake();
  }
}

function replicaLeft(id: ReplicaId): GatewayError {
  return new GatewayError('engine_unreachable', `Replica ${id} left the fleet.`, {
    retryable: true,
  });
}

function deliver(end: AttemptEnd, exchange: Exchange, tries: FurtherTries): void {
  if (end.kind === 'failed') throw end.error;
  if (end.kind === 'refused') relayRefusal(exchange, tries.withShortestWait(end.refusal));
}

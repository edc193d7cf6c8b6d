import type { ReplicaId } from '../../routing/replica.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import { GatewayError } from '../generation/error.ts';
import { admit } from './admit.ts';
import { answerOutlook } from './answer-outlook.ts';
import type { AttemptEnd, EngineRefusal } from './attempt.ts';
import { Blame } from './blame.ts';
import type { Place } from './dispatcher.ts';
import type { Exchange } from './exchange.ts';
import { forward } from './forward.ts';
import { FurtherTries } from './further-tries.ts';
import { promptBlocks } from './prompt-blocks.ts';
import { refuse, relayRefusal } from './refuse.ts';
import type { PipelineParts } from './parts.ts';
import type { Leg } from './resume.ts';
import { Resume } from './resume.ts';
import { settle } from './settle.ts';
import { takeQuota } from './take-quota.ts';
import { Trail } from './trail.ts';

/** The life of one request, from its decoded body to its record. Never rejects. */
export async function serve(exchange: Exchange, parts: PipelineParts): Promise<void> {
  const trail = new Trail(exchange, parts);
  const open = parts.open.enter(exchange);
  try {
    await converse(exchange, trail, parts);
  } catch (error) {
    if (!(error instanceof GatewayError)) parts.reportBug(error, exchange.requestId);
    refuse(exchange, error);
  } finally {
    settle(exchange, parts);
    trail.close();
    parts.open.leave(open);
  }
}

async function converse(exchange: Exchange, trail: Trail, parts: PipelineParts): Promise<void> {
  const nowMs = parts.clock.nowMs();
  parts.deadly.check(exchange.request, nowMs);
  parts.retries.arrived(nowMs);
  const size = reckon(exchange, parts);
  takeQuota(exchange, size, parts);
  const routing = describe(exchange, size);
  exchange.recorder.askedAtMs = parts.clock.nowMs();
  let place = await admit(exchange, routing, { dispatcher: parts.dispatcher, trail });
  const resume = new Resume(exchange, parts.resume);
  const blame = new Blame(parts);
  let tries: FurtherTries | undefined;
  let leg: Leg | undefined;
  for (;;) {
    const end = await attemptAt({ place, leg, resume, blame }, exchange, parts);
    if (end.kind === 'complete') return;
    tries ??= new FurtherTries(exchange, { routing, resume }, parts);
    const next = await tries.next(end, place);
    if (next === undefined) return resume.endsHere() ? undefined : deliver(end, exchange, tries);
    trail.granted(next.routing, next.place);
    ({ place, leg } = next);
    if (leg !== undefined) exchange.recorder.resumes += 1;
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

/** Where an attempt is made, and with what. */
interface Attempting {
  readonly place: Place;
  readonly leg: Leg | undefined;
  readonly resume: Resume;
  readonly blame: Blame;
}

/** One attempt, its reservation released however it ends. */
async function attemptAt(
  { place, leg, resume, blame }: Attempting,
  exchange: Exchange,
  parts: PipelineParts,
): Promise<AttemptEnd> {
  const { replica, reservation } = place;
  const answeredTokens = leg === undefined ? 0 : resume.answeredTokens;
  try {
    const engine = parts.engineOf(replica.id);
    if (engine === undefined) return { kind: 'failed', error: replicaLeft(replica.id) };
    if (exchange.namesReplica && leg === undefined)
      exchange.reply.addHeader('x-gateway-replica', replica.id);
    const model = parts.names.rename(exchange.request.model);
    const { clock, firstByteMs, betweenTokensMs, unreadMs, openAttempts } = parts;
    const notes = leg === undefined ? resume.notesAt(engine) : undefined;
    const asksForTokenIds =
      leg === undefined ? notes?.readsIds === true : resume.asksForIdsAt(engine, leg);
    const sentMs = clock.nowMs();
    const end = await forward({
      exchange,
      place,
      engine,
      model,
      clock,
      firstByteMs,
      betweenTokensMs,
      unreadMs,
      notes,
      leg,
      asksForTokenIds,
      openAttempts,
    });
    blame.attempted(end, { replica: replica.id, sentMs });
    const { cachedTokens } = exchange.recorder;
    if (cachedTokens !== undefined) parts.dispatcher.observeCached(place, cachedTokens);
    return end;
  } finally {
    const { outputTokens } = exchange.recorder;
    if (outputTokens !== undefined) reservation.answeredTokens = outputTokens - answeredTokens;
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
  if (end.kind !== 'refused') return;
  if (exchange.reply.started) throw refusedToGoOn(end.refusal);
  relayRefusal(exchange, tries.withShortestWait(end.refusal));
}

/** The status of an answer that has begun is out: who refuses to go on with it has cut it. */
function refusedToGoOn({ status }: EngineRefusal): GatewayError {
  const message = `The replica broke off, and another one answered ${status} to the rest of it.`;
  return new GatewayError('engine_failed', message);
}

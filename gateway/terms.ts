import type { OutputLengths } from '../routing/output-lengths.ts';
import type { Fleet } from '../routing/fleet.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/settings.ts';
import type { EngineRoom } from './engine-room.ts';
import type { Breakages } from './pipeline/breakages.ts';
import type { DeadlyRequests } from './pipeline/deadly-requests.ts';
import type { DecisionLog } from './pipeline/decision-log.ts';
import type { Dispatcher } from './pipeline/dispatcher.ts';
import { firstModel, ModelNames } from './pipeline/model-names.ts';
import type { OpenAttempts } from './pipeline/open-attempts.ts';
import type { OpenRequests } from './pipeline/open-requests.ts';
import type { PipelineParts } from './pipeline/parts.ts';
import { RetryBudget } from './pipeline/retry-budget.ts';
import type { TokenEstimator } from './pipeline/token-estimator.ts';
import type { MemoryQuotas } from './quota/memory-quotas.ts';
import { Authenticator } from './server/auth.ts';
import type { Doorkeeper } from './server/doorkeeper.ts';
import { EngineCalls } from './server/engine-calls.ts';
import { KeyCheck } from './server/key-check.ts';
import { ModelList } from './server/model-list.ts';
import type { Readiness } from './server/readiness.ts';
import type { ReceiveParts } from './server/receive.ts';
import { Tenants } from './server/tenants.ts';

/** What lasts as long as the house, whatever its settings become. */
export interface Rooms {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly fleet: Fleet;
  readonly dispatcher: Dispatcher;
  readonly decisions: DecisionLog;
  readonly open: OpenRequests;
  readonly estimator: TokenEstimator;
  readonly lengths: OutputLengths;
  readonly breakages: Breakages;
  readonly deadly: DeadlyRequests;
  readonly engines: EngineRoom;
  readonly openAttempts: OpenAttempts;
  readonly doorkeeper: Doorkeeper;
  readonly readiness: Readiness;
  readonly quotas: MemoryQuotas;
  /** Unix seconds. */
  readonly startedAt: number;
}

/**
 * What one configuration says of a request, from its arrival to its end. A reload puts other terms in their place
 * as a whole; who came before it is served to the end by those that held then.
 */
export interface Terms {
  readonly config: Config;
  readonly receive: ReceiveParts;
  readonly models: ModelList;
  readonly engineCalls: EngineCalls;
  readonly adminKey: KeyCheck;
}

/** Makes the terms of a configuration, and changes nothing. */
export function termsOf(rooms: Rooms, config: Config): Terms {
  const { clock, telemetry, fleet, engines, doorkeeper } = rooms;
  const names = new ModelNames(new Map(Object.entries(config.models.aliases)), (engine) =>
    firstModel(fleet.candidates(clock.nowMs()), engine),
  );
  const adminKey = new KeyCheck(config.admin.keySha256);
  return {
    config,
    receive: {
      pipeline: pipelineOf(rooms, config, names),
      telemetry,
      authenticator: new Authenticator(config.keys),
      tenants: new Tenants(config.tenants),
      doorkeeper,
      clock,
      bodyBytesMax: config.limits.bodyBytesMax,
      caps: config.limits,
      totalMsMax: config.timeouts.totalMs,
    },
    models: new ModelList(fleet, names, rooms.startedAt),
    engineCalls: new EngineCalls(fleet, (replica, path) => engines.call(replica, path), adminKey),
    adminKey,
  };
}

function pipelineOf(rooms: Rooms, config: Config, names: ModelNames): PipelineParts {
  const { quotas, dispatcher, decisions, estimator, lengths, engines, open } = rooms;
  const { breakages, deadly, openAttempts, clock, telemetry } = rooms;
  return {
    quotas,
    dispatcher,
    decisions,
    open,
    estimator,
    lengths,
    names,
    retries: new RetryBudget(config.limits.retriesShare),
    resume: config.resume,
    breakages,
    deadly,
    clock,
    firstByteMs: config.timeouts.firstByteMs,
    betweenTokensMs: config.timeouts.betweenTokensMs,
    unreadMs: config.timeouts.unreadMs,
    engineOf: (id) => engines.engineOf(id),
    openAttempts,
    attempted: (id, end, sentMs) => engines.attempted(id, end, sentMs),
    excused: (id, sentMs) => engines.excused(id, sentMs),
    reportBug: (error, requestId) =>
      telemetry.log.error({ err: error, request_id: requestId }, 'a request met a bug'),
  };
}

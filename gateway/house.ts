import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';

import { getRequestListener } from '@hono/node-server';

import { Admission } from '../routing/admission.ts';
import { Fleet } from '../routing/fleet.ts';
import { OutputLengths } from '../routing/output-lengths.ts';
import { createPolicy } from '../routing/policies/catalog.ts';
import { Router } from '../routing/router.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { startTelemetry } from '../telemetry/telemetry.ts';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config/settings.ts';
import { dialects } from './dialects/catalog.ts';
import { staticSource } from './discovery/sources/static.ts';
import { EngineRoom } from './engine-room.ts';
import { Breakages } from './pipeline/breakages.ts';
import { DeadlyRequests } from './pipeline/deadly-requests.ts';
import { DecisionLog } from './pipeline/decision-log.ts';
import { Dispatcher } from './pipeline/dispatcher.ts';
import { firstModel, ModelNames } from './pipeline/model-names.ts';
import type { PipelineParts } from './pipeline/parts.ts';
import { RetryBudget } from './pipeline/retry-budget.ts';
import { TokenEstimator } from './pipeline/token-estimator.ts';
import { MemoryQuotas } from './quota/memory-quotas.ts';
import type { QuotaStore } from './quota/quota-store.ts';
import { createAdminApp } from './server/admin.ts';
import { createApp } from './server/app.ts';
import { Authenticator } from './server/auth.ts';
import { Doorkeeper } from './server/doorkeeper.ts';
import type { CallEngine } from './server/engine-calls.ts';
import { EngineCalls } from './server/engine-calls.ts';
import { KeyCheck } from './server/key-check.ts';
import type { Listener } from './server/listen.ts';
import { listen } from './server/listen.ts';
import { ModelList } from './server/model-list.ts';
import { Readiness } from './server/readiness.ts';
import { readTls, watchTls } from './server/tls-files.ts';
import type { ReceiveParts } from './server/receive.ts';
import { Tenants } from './server/tenants.ts';
import { readReplica } from './server/replica-readings.ts';
import { version } from './version.ts';

/** A gateway that is up. */
export interface RunningGateway {
  /** Where clients call. */
  readonly url: string;
  /** Where metrics and the state of the fleet are. */
  readonly adminUrl: string;
  /** Not ready at once, no new requests; open ones finish, up to `shutdown.drainMs`, then all is closed. */
  drain(): Promise<void>;
  /** Closes all at once and breaks open streams. */
  close(): Promise<void>;
}

/** Builds the house from its settings and opens both doors. Rejects where a port or a file cannot be had. */
export async function startGateway(config: Config): Promise<RunningGateway> {
  const rooms = furnish(config, await openTelemetry(config, systemClock), systemClock);
  const { door, adminDoor } = await openDoors(rooms);
  rooms.engines.start();
  const shutDown = new ShutDown({ ...rooms, door, adminDoor });
  return {
    url: door.url,
    adminUrl: adminDoor.url,
    drain: () => shutDown.drain(),
    close: () => shutDown.close(),
  };
}

/** Hono answers every request itself, its own failures included: nothing is left of the promise. */
function listenerOf({ fetch }: ReturnType<typeof createApp>): RequestListener {
  const listener = getRequestListener(fetch);
  return (incoming, outgoing) => {
    void listener(incoming, outgoing);
  };
}

/** What lives as long as the house. */
interface Rooms {
  readonly config: Config;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly fleet: Fleet;
  readonly dispatcher: Dispatcher;
  readonly decisions: DecisionLog;
  readonly engines: EngineRoom;
  readonly doorkeeper: Doorkeeper;
  readonly readiness: Readiness;
  readonly names: ModelNames;
  readonly quotas: QuotaStore;
  readonly adminKey: KeyCheck;
}

function furnish(config: Config, telemetry: Telemetry, clock: Clock): Rooms {
  const fleet = new Fleet();
  const dispatcher = buildDispatcher(config, fleet, clock);
  const source = staticSource(config.replicas);
  const wake = (): void => dispatcher.wake();
  const doorkeeper = new Doorkeeper(config.limits.openRequestsMax);
  telemetry.watch({
    replicas: () => fleet.candidates(clock.nowMs()).map(readReplica),
    waitingRequests: () => dispatcher.waitingRequests,
    prefixIndexBytes: () => fleet.prefixIndex.bytes,
  });
  return {
    config,
    clock,
    telemetry,
    fleet,
    dispatcher,
    decisions: new DecisionLog(),
    engines: new EngineRoom({ config, source, fleet, clock, telemetry, wake }),
    doorkeeper,
    readiness: new Readiness(fleet, doorkeeper),
    names: new ModelNames(new Map(Object.entries(config.models.aliases)), (engine) =>
      firstModel(fleet.candidates(clock.nowMs()), engine),
    ),
    quotas: new MemoryQuotas(config.tenants),
    adminKey: new KeyCheck(config.admin.keySha256),
  };
}

function dataApp(rooms: Rooms): ReturnType<typeof createApp> {
  const { config, clock, telemetry, fleet, engines, names, doorkeeper, readiness } = rooms;
  const pipeline: PipelineParts = {
    quotas: rooms.quotas,
    dispatcher: rooms.dispatcher,
    decisions: rooms.decisions,
    estimator: new TokenEstimator(),
    lengths: new OutputLengths(),
    names,
    retries: new RetryBudget(config.limits.retriesShare),
    resume: config.resume,
    breakages: new Breakages(),
    deadly: new DeadlyRequests(),
    clock,
    firstByteMs: config.timeouts.firstByteMs,
    engineOf: (id) => engines.engineOf(id),
    attempted: (id, end) => engines.attempted(id, end),
    reportBug: (error, requestId) =>
      telemetry.log.error({ err: error, request_id: requestId }, 'a request met a bug'),
  };
  const receive: ReceiveParts = {
    pipeline,
    telemetry,
    authenticator: new Authenticator(config.keys),
    tenants: new Tenants(config.tenants),
    doorkeeper,
    clock,
    bodyBytesMax: config.limits.bodyBytesMax,
    caps: config.limits,
    totalMsMax: config.timeouts.totalMs,
  };
  const call: CallEngine = (replica, path) => engines.call(replica, path);
  return createApp({
    receive,
    dialects,
    models: new ModelList(fleet, names, Math.floor(Date.now() / 1_000)),
    readiness,
    engineCalls: new EngineCalls(fleet, call, rooms.adminKey),
  });
}

function openTelemetry(config: Config, clock: Clock): Promise<Telemetry> {
  const { serviceName, otlpEndpoint, otlpHeaders, sampleRatio, logLevel } = config.telemetry;
  return startTelemetry({
    serviceName,
    version,
    instanceId: randomBytes(8).toString('hex'),
    otlpEndpoint,
    otlpHeaders,
    sampleRatio,
    log: { level: logLevel, destination: STDERR },
    clock: {
      nowMs: () => clock.nowMs(),
      wallMs: Date.now,
    },
    random: Math.random,
  });
}

const STDERR = 2;

function buildDispatcher(config: Config, fleet: Fleet, clock: Clock): Dispatcher {
  const { prefillTokensOutMax, ...limits } = config.admission;
  return new Dispatcher({
    fleet,
    router: buildRouter(config.routing),
    admission: new Admission({
      ...limits,
      prefillTokensMax: prefillTokensOutMax,
      goodWaitMs: config.routing.goodFirstTokenMs,
    }),
    clock,
  });
}

function buildRouter(settings: Config['routing']): Router {
  const { policy, shadow, goodFirstTokenMs, goodTokenGapMs } = settings;
  const good = { firstTokenMs: goodFirstTokenMs, tokenGapMs: goodTokenGapMs };
  const inputs = { random: Math.random, good };
  return new Router(createPolicy(policy, inputs), shadow && createPolicy(shadow, inputs));
}

interface Doors {
  readonly door: Listener;
  readonly adminDoor: Listener;
}

/** Both or none: a gateway of which one half is up looks alive to its supervisor. */
async function openDoors(rooms: Rooms): Promise<Doors> {
  const { config, telemetry } = rooms;
  const data = listenerOf(dataApp(rooms));
  const admin = listenerOf(
    createAdminApp({ ...rooms, wallMs: Date.now, policy: config.routing.policy }),
  );
  const opened: Listener[] = [];
  try {
    const door = await openDoor(config, config.listen, data, telemetry);
    opened.push(door);
    return { door, adminDoor: await openDoor(config, config.admin, admin, telemetry) };
  } catch (error) {
    await Promise.all(opened.map((door) => door.close()));
    await rooms.engines.close();
    await telemetry.shutdown();
    throw error;
  }
}

type Handler = Parameters<typeof listen>[0];

async function openDoor(
  config: Config,
  { host, port, tls }: Config['listen'] | Config['admin'],
  handler: Handler,
  telemetry: Telemetry,
): Promise<Listener> {
  const pair = tls === undefined ? undefined : readTls(tls);
  const { headBytesMax } = config.limits;
  const door = await listen(handler, { host, port, tls: pair, headBytesMax });
  if (tls !== undefined) watchTls(tls, door, telemetry.log);
  return door;
}

/** Time for the last words to open streams to leave, before their connections are closed under them. */
const LAST_WORDS_MS = 1_000;

/** How the house is left: the door first, the guests next, the lights last. */
class ShutDown {
  readonly #parts: Rooms & Doors;

  constructor(parts: Rooms & Doors) {
    this.#parts = parts;
  }

  async drain(): Promise<void> {
    const { clock, config, doorkeeper, telemetry } = this.#parts;
    const { drainMs } = config.shutdown;
    telemetry.log.info({ open_requests: doorkeeper.inside, drain_ms: drainMs }, 'draining');
    const timeUp = new Promise<void>((resolve) => {
      clock.after(drainMs, resolve);
    });
    await Promise.race([doorkeeper.close(), timeUp]);
    await this.close();
  }

  async close(): Promise<void> {
    const { clock, door, adminDoor, doorkeeper, engines, telemetry } = this.#parts;
    if (doorkeeper.inside > 0) {
      telemetry.log.warn({ open_requests: doorkeeper.inside }, 'open requests are broken off');
      const timeUp = new Promise<void>((resolve) => {
        clock.after(LAST_WORDS_MS, resolve);
      });
      await Promise.race([doorkeeper.turnOut(), timeUp]);
    }
    await Promise.all([door.close(), adminDoor.close()]);
    await engines.close();
    telemetry.log.info({}, 'stopped');
    await telemetry.shutdown();
  }
}

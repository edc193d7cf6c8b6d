import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';

import { getRequestListener } from '@hono/node-server';

import type { LauncherState } from '../deploy/launcher.ts';
import { Admission } from '../routing/admission.ts';
import { Fleet } from '../routing/fleet.ts';
import { OutputLengths } from '../routing/output-lengths.ts';
import type { GoodService } from '../routing/policies/catalog.ts';
import { createPolicy } from '../routing/policies/catalog.ts';
import { Router } from '../routing/router.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { startTelemetry } from '../telemetry/telemetry.ts';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { ReloadPlan } from './config/reload-plan.ts';
import { planReload } from './config/reload-plan.ts';
import type { Config } from './config/settings.ts';
import { dialects } from './dialects/catalog.ts';
import { severalSources } from './discovery/several-sources.ts';
import type { WatchedLauncher } from './discovery/sources/launched.ts';
import { launchedSource } from './discovery/sources/launched.ts';
import { ReplicaList } from './discovery/sources/replica-list.ts';
import type { ReplicaSource, ReplicaTarget } from './discovery/sources/source.ts';
import { EngineRoom } from './engine-room.ts';
import { Breakages } from './pipeline/breakages.ts';
import { DeadlyRequests } from './pipeline/deadly-requests.ts';
import { DecisionLog } from './pipeline/decision-log.ts';
import { Dispatcher } from './pipeline/dispatcher.ts';
import { OpenAttempts } from './pipeline/open-attempts.ts';
import { OpenRequests } from './pipeline/open-requests.ts';
import { TokenEstimator } from './pipeline/token-estimator.ts';
import { MemoryQuotas } from './quota/memory-quotas.ts';
import type { ReloadReport } from './reloader.ts';
import { Reloader } from './reloader.ts';
import { createAdminApp } from './server/admin.ts';
import { createApp } from './server/app.ts';
import { ConnectionGate } from './server/connection-gate.ts';
import { Doorkeeper } from './server/doorkeeper.ts';
import { HouseView } from './server/live/house-view.ts';
import { LiveFeed } from './server/live/live-feed.ts';
import type { Listener } from './server/listen.ts';
import { listen } from './server/listen.ts';
import { LoopWatch } from './server/loop-watch.ts';
import { Readiness } from './server/readiness.ts';
import { readTls, watchTls } from './server/tls-files.ts';
import { readReplica } from './server/replica-readings.ts';
import type { Doors, DrainOptions } from './shut-down.ts';
import { ShutDown } from './shut-down.ts';
import type { Rooms, Terms } from './terms.ts';
import { termsOf } from './terms.ts';
import { version } from './version.ts';

/** A gateway that is up. */
export interface RunningGateway {
  /** Where clients call. */
  readonly url: string;
  /** Where metrics and the state of the fleet are. */
  readonly adminUrl: string;
  /** Reads the settings again and puts them in place as a whole; the last good ones stay where they are wrong. */
  reload(): Promise<ReloadReport>;
  /**
   * Not ready at once, and no new requests, where it `settles` only after `shutdown.settleMs`; open ones finish,
   * up to `shutdown.drainMs` from the start, then all is closed.
   */
  drain(how?: DrainOptions): Promise<void>;
  /** Closes all at once and breaks open streams. */
  close(): Promise<void>;
}

/** A launcher, and the replicas that it runs for this gateway. */
export interface LaunchedFleet {
  readonly launcher: WatchedLauncher;
  /** Those of them that the launcher has, where each listens by the plan that it runs by. */
  targetsOf(state: LauncherState): readonly ReplicaTarget[];
  /** Has the launcher run them; nothing is started or ended before. */
  begin(): Promise<void>;
}

/**
 * Builds the house from its settings and opens both doors, before replicas that run already and those that are
 * launched for it. Rejects where a port or a file cannot be had. `reread` gives the settings anew for a reload.
 */
export async function startGateway(
  config: Config,
  reread: () => Promise<Config> = () => Promise.resolve(config),
  launched?: LaunchedFleet,
): Promise<RunningGateway> {
  const replicas = new ReplicaList(config.replicas);
  const telemetry = await openTelemetry(config, systemClock);
  const house = furnish(config, { replicas, launched, telemetry, clock: systemClock });
  const reloader = new Reloader({
    reread,
    apply: (given) => rearrange(house, given),
    told: (report) => tellReload(telemetry, report),
  });
  const reload = (): Promise<ReloadReport> => reloader.reload();
  const begin = async (): Promise<void> => launched?.begin();
  const doors = await openDoors(house, { reload, begin });
  house.loop.start();
  const shutDown = new ShutDown({
    ...house.rooms,
    doors,
    loop: house.loop,
    config: () => house.terms.config,
  });
  return {
    url: doors.door.url,
    adminUrl: doors.adminDoor.url,
    reload,
    drain: (how = { settles: false }) => shutDown.drain(how),
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

/** What lasts, and the terms of the moment. */
interface House {
  readonly rooms: Rooms;
  readonly replicas: ReplicaList;
  readonly gate: ConnectionGate;
  readonly loop: LoopWatch;
  terms: Terms;
}

/** What a house is furnished with from outside. */
interface Deliveries {
  readonly replicas: ReplicaList;
  readonly launched: LaunchedFleet | undefined;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

function sourceOf({ replicas, launched }: Deliveries): ReplicaSource {
  if (launched === undefined) return replicas;
  const { launcher } = launched;
  const own = launchedSource(launcher, (state) => launched.targetsOf(state));
  return severalSources([replicas, own]);
}

function furnish(config: Config, deliveries: Deliveries): House {
  const { replicas, telemetry, clock } = deliveries;
  const fleet = new Fleet();
  const dispatcher = buildDispatcher(config, fleet, clock);
  const source = sourceOf(deliveries);
  const openAttempts = new OpenAttempts();
  const wake = (): void => dispatcher.wake();
  const { openRequestsMax, connectionsMax, eventLoopLateMsMax } = config.limits;
  const loop = new LoopWatch(clock, eventLoopLateMsMax);
  const doorkeeper = new Doorkeeper(openRequestsMax, () => loop.isLate);
  const gate = new ConnectionGate(connectionsMax);
  const engines = new EngineRoom({ config, source, fleet, clock, telemetry, openAttempts, wake });
  telemetry.watch({
    replicas: () => fleet.candidates(clock.nowMs()).map(readReplica),
    waitingRequests: () => dispatcher.waitingRequests,
    prefixIndexBytes: () => fleet.prefixIndex.bytes,
    openConnections: () => gate.open,
    refusedConnections: () => gate.refused,
    gpus: () => engines.gpuReadings(),
  });
  const rooms: Rooms = {
    clock,
    telemetry,
    fleet,
    dispatcher,
    decisions: new DecisionLog(),
    open: new OpenRequests(),
    estimator: new TokenEstimator(),
    lengths: new OutputLengths(),
    breakages: new Breakages(),
    deadly: new DeadlyRequests(),
    engines,
    openAttempts,
    doorkeeper,
    readiness: new Readiness(fleet, doorkeeper),
    quotas: new MemoryQuotas(config.tenants),
    startedAt: Math.floor(Date.now() / 1_000),
  };
  return { rooms, replicas, gate, loop, terms: termsOf(rooms, config) };
}

/** Puts other settings in place between two requests. Throws before anything has changed, or not at all. */
function rearrange(house: House, given: Config): ReloadPlan {
  const { rooms, replicas } = house;
  const plan = planReload(house.terms.config, given);
  const { config } = plan;
  const terms = termsOf(rooms, config);
  const router = buildRouter(config.routing);
  const connect = rooms.engines.prepare(config.replicas);
  connect();
  replicas.replace(config.replicas);
  rooms.quotas.renew(config.tenants);
  rooms.doorkeeper.limit(config.limits.openRequestsMax);
  house.gate.limit(config.limits.connectionsMax);
  house.loop.limit(config.limits.eventLoopLateMsMax);
  rooms.telemetry.judgeBy(goodService(config.routing));
  house.terms = terms;
  // A policy may count and remember: one that stays the same goes on with what it has.
  if (plan.changed.some((name) => name.startsWith('routing.'))) rooms.dispatcher.follow(router);
  return plan;
}

function tellReload(telemetry: Telemetry, report: ReloadReport): void {
  telemetry.reloaded(report.kind);
  if (report.kind === 'refused') {
    const { problems } = report;
    telemetry.log.error({ problems }, 'the settings cannot be used; the last good ones stay');
    return;
  }
  const { changed, needRestart } = report;
  telemetry.log.info({ changed }, 'settings reloaded');
  if (needRestart.length > 0) {
    telemetry.log.warn({ settings: needRestart }, 'settings differ that need a restart');
  }
}

function dataApp(house: House): ReturnType<typeof createApp> {
  return createApp({
    dialects,
    readiness: house.rooms.readiness,
    get receive() {
      return house.terms.receive;
    },
    get models() {
      return house.terms.models;
    },
    get engineCalls() {
      return house.terms.engineCalls;
    },
  });
}

function adminApp(
  house: House,
  reload: () => Promise<ReloadReport>,
): ReturnType<typeof createAdminApp> {
  const { rooms } = house;
  const wallMs = Date.now;
  const view = new HouseView({
    ...rooms,
    wallMs,
    version,
    policyOf: () => house.terms.config.routing.policy,
  });
  return createAdminApp({
    ...rooms,
    view,
    feed: new LiveFeed({
      ...rooms,
      view,
      wallMs,
      crashed: (err) => rooms.telemetry.log.warn({ err }, 'a look for the live page crashed'),
    }),
    wallMs,
    reload,
    get adminKey() {
      return house.terms.adminKey;
    },
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
    good: goodService(config.routing),
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
  const { policy, shadow } = settings;
  const inputs = { random: Math.random, good: goodService(settings) };
  return new Router(createPolicy(policy, inputs), shadow && createPolicy(shadow, inputs));
}

function goodService({ goodFirstTokenMs, goodTokenGapMs }: Config['routing']): GoodService {
  return { firstTokenMs: goodFirstTokenMs, tokenGapMs: goodTokenGapMs };
}

interface DoorCalls {
  readonly reload: () => Promise<ReloadReport>;
  /** Has the launched replicas run. */
  readonly begin: () => Promise<void>;
}

/** Both or none: a gateway of which one half is up looks alive to its supervisor. */
async function openDoors(house: House, { reload, begin }: DoorCalls): Promise<Doors> {
  const { rooms, terms } = house;
  const { config } = terms;
  const { telemetry } = rooms;
  const data = listenerOf(dataApp(house));
  const admin = listenerOf(adminApp(house, reload));
  const opened: Listener[] = [];
  try {
    const adminDoor = await openDoor(config, config.admin, admin, telemetry);
    opened.push(adminDoor);
    const openData = (): Promise<Listener> =>
      openDoor(config, config.listen, data, telemetry, house.gate);
    // A port that is taken must not have started or ended an engine.
    const own = config.listen.reusePort ? undefined : await openData();
    if (own !== undefined) opened.push(own);
    await begin();
    rooms.engines.start();
    if (own !== undefined) return { door: own, adminDoor };
    await untilReady(rooms);
    return { door: await openData(), adminDoor };
  } catch (error) {
    await Promise.all(opened.map((door) => door.close()));
    await rooms.engines.close();
    await telemetry.shutdown();
    throw error;
  }
}

/** Longest wait of one who shares a port, until a replica is ready. */
const READY_WAIT_MS = 30_000;

const READY_LOOK_MS = 20;

/** The system gives a port that is shared its part of the connections, whether there is a replica for them or not. */
async function untilReady({ clock, readiness, telemetry }: Rooms): Promise<void> {
  const givesUpMs = clock.nowMs() + READY_WAIT_MS;
  while (!readiness.report().ready) {
    if (clock.nowMs() >= givesUpMs) {
      telemetry.log.warn({}, 'no replica is ready, and the shared port is opened all the same');
      return;
    }
    await new Promise<void>((resolve) => {
      clock.after(READY_LOOK_MS, resolve);
    });
  }
}

type Handler = Parameters<typeof listen>[0];

async function openDoor(
  config: Config,
  { host, port, tls }: Config['listen'] | Config['admin'],
  handler: Handler,
  telemetry: Telemetry,
  gate?: ConnectionGate,
): Promise<Listener> {
  const pair = tls === undefined ? undefined : readTls(tls);
  const { headBytesMax } = config.limits;
  const reusePort = gate !== undefined && config.listen.reusePort;
  const door = await listen(handler, { host, port, tls: pair, headBytesMax, gate, reusePort });
  if (tls !== undefined) watchTls(tls, door, telemetry.log);
  return door;
}

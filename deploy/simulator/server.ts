import { Admin } from './admin.ts';
import { wallClock } from './clock.ts';
import { FaultBook, type StandingRule } from './fault-book.ts';
import { Listener, type Reception } from './listener.ts';
import { pausableClock } from './pausable-clock.ts';
import type { Preset } from './presets.ts';
import { findProtocol } from './protocols/catalog.ts';
import { RequestHandler } from './request-handler.ts';
import { RequestLog } from './request-log.ts';
import { SimulatedReplica } from './simulated-replica.ts';

/** How one simulated replica is to run. */
export interface SimulatedReplicaOptions {
  readonly preset: Preset;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Where faults are ordered and the state is read, on the same host; without it there is no such port. */
  readonly adminPort?: number | undefined;
  /** Engine milliseconds each wall millisecond, above 0. */
  readonly speed: number;
  /** Start of the engine's draws; the preset's own unless given. */
  readonly seed?: number | undefined;
  /** Model id; the preset's own unless given. */
  readonly model?: string | undefined;
  /** Asked of clients, where the engine asks for one. */
  readonly apiKey?: string | undefined;
  /** Most requests in the queue, where the engine has such a limit. */
  readonly queuedRequestsMax?: number | undefined;
  /** Serves an embedding model instead of one that generates. */
  readonly embeds?: boolean | undefined;
}

/** A simulated replica that is listening. */
export interface RunningReplica {
  readonly url: string;
  readonly adminUrl: string | undefined;
  /** Drops every connection and frees the ports. */
  close(): Promise<void>;
}

/** Starts one replica that speaks HTTP as its engine does; resolves when it is listening. */
export async function startSimulatedReplica(
  options: SimulatedReplicaOptions,
): Promise<RunningReplica> {
  const { preset, host } = options;
  const protocol = findProtocol(preset);
  const faults = new FaultBook();
  const log = new RequestLog();
  const wall = wallClock(options.speed);
  const clock = pausableClock(wall);
  const replica = new SimulatedReplica({
    preset,
    protocol,
    clock,
    speed: options.speed,
    model: options.model ?? preset.model,
    host,
    queuedRequestsMax: options.queuedRequestsMax,
    seed: options.seed,
    wallSeconds: () => (performance.timeOrigin + performance.now()) / 1000,
    slowness: () => faults.replicaFault('slow')?.factor ?? 1,
  });
  const restart = (): void => {
    replica.restart();
    listener.cutAll();
  };
  const handler = new RequestHandler({
    replica,
    protocol,
    faults,
    log,
    apiKey: options.apiKey,
    embeds: options.embeds ?? false,
    serverName: `numagate-simulator (simulated ${preset.name})`,
    onFatal: restart,
  });
  const listener = new Listener((request, response) => handler.handle(request, response), options);
  const state = (): Readonly<Record<string, unknown>> => ({
    simulated: true,
    preset: preset.name,
    extrapolated: preset.extrapolated,
    engine: preset.engine,
    engineVersion: preset.engineVersion,
    model: replica.model,
    speed: options.speed,
    engineMs: replica.nowMs(),
    load: replica.load(),
    lateness: wall.lateness(),
    connections: listener.connections,
    openRequests: replica.openRequests(),
    openGenerations: replica.openGenerations,
    requests: log.total,
    ...replica.counts(),
  });
  const onFaults = async (added: StandingRule | undefined): Promise<void> => {
    if (added?.rule.fault.kind === 'restart') restart();
    if (faults.replicaFault('freeze') === undefined) clock.resume();
    else clock.pause();
    return listener.receive(receptionBy(faults));
  };
  await listener.receive('open');
  replica.port = listener.port;
  const admin = await openAdmin(options, new Admin({ faults, log, state, onFaults }), listener);
  return {
    url: `http://${urlHost(host)}:${listener.port}`,
    adminUrl: admin === undefined ? undefined : `http://${urlHost(host)}:${admin.port}`,
    close: async () => {
      await Promise.all([listener.close(), admin?.close()]);
    },
  };
}

/** What new connections meet while the rules stand. */
function receptionBy(faults: FaultBook): Reception {
  const refuse = faults.replicaFault('refuse');
  if (refuse === undefined) return 'open';
  return refuse.how === 'close' ? 'closed' : 'reset';
}

/** Where the port cannot be had, `beside` is closed again: half a replica would keep the process alive. */
async function openAdmin(
  { host, adminPort }: SimulatedReplicaOptions,
  admin: Admin,
  beside: Listener,
): Promise<Listener | undefined> {
  if (adminPort === undefined) return undefined;
  const listener = new Listener((request, response) => admin.handle(request, response), {
    host,
    port: adminPort,
  });
  try {
    await listener.receive('open');
  } catch (error) {
    await beside.close();
    throw error;
  }
  return listener;
}

/** An IPv6 address stands in brackets. */
function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

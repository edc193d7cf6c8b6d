import { expect } from 'vitest';

import type { GatewaySettings } from './gateway.ts';
import { inFlightOf, LiveGateway, nothingInFlight } from './gateway.ts';
import type { LiveReplicaOptions } from './replica.ts';
import { LiveReplica } from './replica.ts';

/** How a house is furnished. */
export interface HouseOptions {
  /** One replica unless given. */
  readonly replicas?: readonly LiveReplicaOptions[];
  /** Members of each replica's settings beside its URL. */
  readonly replicaSettings?: (replica: LiveReplica) => object;
  readonly settings?: Omit<GatewaySettings, 'replicas'>;
  /** What the admin pages are asked with. */
  readonly adminKey?: string;
}

/** A gateway with simulated replicas behind it, all over sockets. */
export interface LiveHouse extends AsyncDisposable {
  readonly gateway: LiveGateway;
  readonly replicas: readonly LiveReplica[];
  /** The first one. */
  readonly replica: LiveReplica;
}

/** Starts replicas and a gateway, and resolves when all are ready. */
export async function aHouse(options: HouseOptions = {}): Promise<LiveHouse> {
  const { replicaSettings = () => ({}), settings, adminKey } = options;
  const wanted = options.replicas ?? [{}];
  const replicas = await Promise.all(wanted.map((one) => LiveReplica.start(one)));
  const [replica] = replicas;
  if (replica === undefined) throw new Error('a house has a replica');
  const gateway = await LiveGateway.start(
    { ...settings, replicas: replicas.map((one) => ({ url: one.url, ...replicaSettings(one) })) },
    adminKey,
  );
  await gateway.ready(replicas.length);
  return {
    gateway,
    replicas,
    replica,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await Promise.all(replicas.map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

/** Nobody is inside, no engine works, and the ledger is back at zero. */
export async function expectAllReleased({ gateway, replicas }: LiveHouse): Promise<void> {
  const state = await gateway.empty();
  expect(inFlightOf(state)).toEqual(nothingInFlight);
  await Promise.all(replicas.map((replica) => replica.idle()));
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Preset } from '../../../deploy/simulator/presets.ts';
import type { Clock } from '../../clock.ts';
import type { FetchText } from '../../wire/text-client.ts';
import type { FleetSettings } from '../replay-settings.ts';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import { gatewayCommand } from './gateway-command.ts';
import { untilReady } from './ready.ts';

/** One simulated replica in a process of its own. */
export interface FleetReplica {
  readonly id: string;
  readonly url: string;
  readonly adminUrl: string;
}

/** Replicas and a gateway before them, each a process that is running. */
export interface SimulatedFleet {
  /** The gateway's data port. */
  readonly url: string;
  /** The gateway's admin port. */
  readonly adminUrl: string;
  readonly replicas: readonly FleetReplica[];
  /** Ends all of them; can be called again. */
  stop(): Promise<void>;
}

/** What a fleet is started with. */
export interface SimulatedFleetParts {
  readonly fetchText: FetchText;
  readonly clock: Clock;
}

/**
 * Starts every process and waits until the gateway can serve. When one of them does not come up,
 * ends the others and rejects with a `ChildError`.
 */
export async function startSimulatedFleet(
  options: FleetSettings,
  { fetchText, clock }: SimulatedFleetParts,
): Promise<SimulatedFleet> {
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    // The gateway first, so that it does not report replicas as lost.
    for (const child of children.toReversed()) await child.stop();
  };
  try {
    const replicas = await startReplicas(options, children);
    const gateway = await startGateway(options, replicas);
    children.push(gateway);
    await untilReady(gateway.url, fetchText, clock);
    return { url: gateway.url, adminUrl: adminUrlOf(gateway), replicas, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startReplicas(
  { presets, speed }: FleetSettings,
  children: Child[],
): Promise<readonly FleetReplica[]> {
  const started = await Promise.allSettled(
    presets.map((preset, index) =>
      startChild(gatewayCommand(`replica-${index}`, simulateArguments(preset, speed))),
    ),
  );
  const running = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  children.push(...running);
  const failed = started.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return running.map((child) => ({ id: child.name, url: child.url, adminUrl: adminUrlOf(child) }));
}

function simulateArguments(preset: Preset, speed: number): readonly string[] {
  const ports = ['--port', '0', '--admin-port', '0'];
  return ['simulate', '--preset', preset.name, '--speed', String(speed), ...ports, '--json'];
}

async function startGateway(
  options: FleetSettings,
  replicas: readonly FleetReplica[],
): Promise<Child> {
  const folder = await mkdtemp(join(tmpdir(), 'numagate-replay-'));
  try {
    const file = join(folder, 'gateway.yaml');
    // JSON is YAML.
    await writeFile(file, JSON.stringify(gatewayConfig(options, replicas)));
    return await startChild(gatewayCommand('gateway', ['serve', '--config', file, '--json']));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the gateway needs to know beyond its defaults. */
export function gatewayConfig(
  { presets, admission, policy }: Omit<FleetSettings, 'speed'>,
  replicas: readonly FleetReplica[],
): object {
  return {
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    replicas: replicas.map(({ id, url }, index) => ({
      id,
      url,
      // SGLang 0.2.14 tells neither; whoever starts it knows both.
      kvCapacityTokens: presets[index]?.kvCapacityTokens,
      contextTokensMax: presets[index]?.contextTokensMax,
    })),
    routing: { policy },
    admission: { mode: admission },
    // A line for each of thousands of requests would cost what is to be measured.
    telemetry: { logLevel: 'warn' },
  };
}

function adminUrlOf({ adminUrl, name }: Child): string {
  if (adminUrl === undefined) throw new Error(`the ${name} opened no admin port`);
  return adminUrl;
}

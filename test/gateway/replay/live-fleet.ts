import { startSimulatedReplica } from '../../../deploy/simulator/server.ts';
import type { SimulatedFleet } from '../../../gateway/replay/fleet/simulated-fleet.ts';
import { LiveGateway } from '../../support/live/gateway.ts';
import { presetNamed } from './builders.ts';

/** So fast that a test waits for sockets, not for steps. */
export const LIVE_SPEED = 100;

/** Simulated replicas and a gateway as a replay finds them, all in this process. */
export async function startLiveFleet(
  names: readonly string[] = ['sglang-0.2.14-4xh100-tp4', 'sglang-0.2.14-4xh100-tp4'],
): Promise<SimulatedFleet> {
  const running = await Promise.all(
    names.map((name) =>
      startSimulatedReplica({
        preset: presetNamed(name),
        host: '127.0.0.1',
        port: 0,
        adminPort: 0,
        speed: LIVE_SPEED,
      }),
    ),
  );
  const replicas = running.map(({ url, adminUrl }, index) => ({
    id: `replica-${index}`,
    url,
    adminUrl: adminUrl ?? '',
  }));
  const gateway = await LiveGateway.start({
    replicas: replicas.map(({ id, url }) => ({ id, url })),
    admission: { mode: 'pass-through' },
  });
  await gateway.ready(replicas.length);
  return {
    url: gateway.url,
    adminUrl: gateway.adminUrl,
    replicas,
    stop: async () => {
      await gateway[Symbol.asyncDispose]();
      await Promise.all(running.map((replica) => replica.close()));
    },
  };
}

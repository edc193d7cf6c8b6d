import { VirtualClock } from '../../../deploy/simulator/clock.ts';
import { toldOutput } from '../../../gateway/replay/virtual/output-knowledge.ts';
import { startVirtualFleet } from '../../../gateway/replay/virtual/virtual-fleet.ts';
import { VirtualSender } from '../../../gateway/replay/virtual/virtual-sender.ts';
import { makeBound } from './bounds/catalog.ts';
import type { Capacity, Line } from './line.ts';
import { burst } from './traffic.ts';

/** Requests of a calibration for each replica: several times what it can hold at once. */
const REQUESTS_PER_REPLICA = 250;

/** Of all ends, the first ones are rare and short and the last ones leave replicas empty: the middle counts. */
const FROM_SHARE = 0.3;
const TO_SHARE = 0.8;

const CALIBRATION_SEED = 99;

/**
 * What a fleet can do at its best: all requests at once, in a room that knows everything, and the rate
 * at which the middle of them ends. Slowdowns that pass are left out.
 */
export function measureCapacity({ presets, disturbances, calibration }: Line): Capacity {
  if (calibration === undefined) return { requestsPerSecond: 0, outputTokensPerSecond: 0 };
  const count = REQUESTS_PER_REPLICA * presets.length;
  const { own } = burst(count, calibration, CALIBRATION_SEED);
  const clock = new VirtualClock();
  const slowdowns = disturbances?.slowdowns?.filter(({ untilMs }) => untilMs === Infinity);
  const options = {
    presets,
    admission: 'pass-through',
    policy: 'least-requests',
    seed: 1,
    disturbances: { slowdowns },
  } as const;
  const fleet = startVirtualFleet(options, clock, (rooms) => makeBound('late-in-order', rooms));
  const sender = new VirtualSender(fleet, toldOutput);
  const endsMs: number[] = [];
  for (const request of own) {
    sender.send(request, {
      tokens: () => undefined,
      finished: ({ atMs }) => endsMs.push(atMs),
      failed: (message) => {
        throw new Error(message);
      },
    });
  }
  clock.run();
  const from = Math.floor(FROM_SHARE * count);
  const to = Math.floor(TO_SHARE * count);
  const seconds = ((endsMs[to] ?? 0) - (endsMs[from] ?? 0)) / 1000;
  const requestsPerSecond = (to - from) / seconds;
  const outputTokens = own.reduce((sum, request) => sum + request.outputTokens, 0);
  return {
    requestsPerSecond,
    outputTokensPerSecond: (requestsPerSecond * outputTokens) / count,
  };
}

import { VirtualClock } from '../../../deploy/simulator/clock.ts';
import { HiddenTraffic } from '../../../gateway/replay/virtual/hidden-traffic.ts';
import { toldOutput } from '../../../gateway/replay/virtual/output-knowledge.ts';
import { startVirtualFleet } from '../../../gateway/replay/virtual/virtual-fleet.ts';
import type { VirtualFleet } from '../../../gateway/replay/virtual/virtual-fleet.ts';
import { VirtualSender } from '../../../gateway/replay/virtual/virtual-sender.ts';
import { makeBound } from './bounds/catalog.ts';
import type { Contestant } from './contestants.ts';
import type { Capacity, Line } from './line.ts';
import type { Figures } from './metrics.ts';
import { RunMeter } from './run-meter.ts';

/** What tells one run of a line from another. */
export interface RunTerms {
  readonly contestant: Contestant;
  readonly seed: number;
  readonly capacity: Capacity;
}

/** Runs a line once. Equal seeds give every contestant the same requests at the same times. */
export function runOnce(line: Line, { contestant, seed, capacity }: RunTerms): Figures {
  const clock = new VirtualClock();
  const traffic = line.traffic(seed, capacity);
  const fleet = startFleet(line, { contestant, seed }, clock);
  const knowledge = contestant.bound === undefined ? line.knowledge() : toldOutput;
  const sender = new VirtualSender(fleet, knowledge);
  const meter = new RunMeter(traffic, capacity, [...fleet.replicas.keys()]);
  const hidden = new HiddenTraffic([...fleet.replicas.values()]);
  const watched = {
    nowMs: () => clock.nowMs(),
    onEnd: () => {
      if (meter.ended === traffic.own.length) fleet.close();
    },
  };
  for (const request of traffic.own) {
    clock.at(request.arrivalMs, () => sender.send(request, meter.watch(request, watched)));
  }
  for (const request of traffic.hidden) clock.at(request.arrivalMs, () => hidden.send(request));
  if (line.tailMs === undefined) clock.run();
  else clock.runUntil(traffic.arrivalsEndMs + line.tailMs);
  return meter.figures(fleet, clock.nowMs());
}

function startFleet(
  { presets, disturbances, frozenGauges }: Line,
  { contestant, seed }: Pick<RunTerms, 'contestant' | 'seed'>,
  clock: VirtualClock,
): VirtualFleet {
  const { admission, policy, bound } = contestant;
  const gauges = { ...contestant.gauges, frozen: frozenGauges };
  const options = { presets, admission, policy, seed, gauges, disturbances };
  if (bound === undefined) return startVirtualFleet(options, clock);
  return startVirtualFleet(options, clock, (rooms) => makeBound(bound, rooms));
}

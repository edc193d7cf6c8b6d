import { performOnFleet, performVirtually } from '../replay/perform-run.ts';
import type { RunParts } from '../replay/perform-run.ts';
import { startSimulatedFleet } from '../replay/fleet/simulated-fleet.ts';
import type { SimulatedFleet } from '../replay/fleet/simulated-fleet.ts';
import type { ReplayRun } from '../replay/replay-run.ts';
import type { FleetSettings, ReplayPlan } from '../replay/replay-settings.ts';
import { trySpeed } from '../replay/speed-trial.ts';
import { tell } from './output.ts';

/** A machine that is late at the wanted speed gets this share of it; the demo then still ends within its limit. */
const SLOWER = 0.83;

/** Starts the fleet, tries the machine for a few seconds, and makes the run at the speed that it holds. */
export async function makeDemoRun(plan: ReplayPlan, parts: RunParts): Promise<ReplayRun> {
  if (plan.target.kind === 'url') throw new RangeError('the demo brings its own replicas');
  const { fleet } = plan.target;
  announce(fleet);
  const running = await start(fleet, parts);
  let slower: FleetSettings | undefined;
  try {
    slower = await slowerWhereLate(running, plan, fleet, parts);
    if (slower === undefined) return await performOnFleet(running, { ...plan, fleet }, parts);
  } finally {
    await running.stop();
  }
  const again = await start(slower, parts);
  try {
    return await performOnFleet(again, { ...plan, fleet: slower }, parts);
  } finally {
    await again.stop();
  }
}

async function start(
  fleet: FleetSettings,
  { clock, textClient }: RunParts,
): Promise<SimulatedFleet> {
  return startSimulatedFleet(fleet, { clock, fetchText: textClient.fetchText });
}

/** The fleet at a lower speed, where a trial shows that the machine does not hold the one that is wanted. */
async function slowerWhereLate(
  running: SimulatedFleet,
  plan: ReplayPlan,
  fleet: FleetSettings,
  parts: RunParts,
): Promise<FleetSettings | undefined> {
  const { speed } = fleet;
  const expected = performVirtually(plan, fleet);
  const { late, stepMs } = await trySpeed(running, { ...plan.settings, speed, expected }, parts);
  if (late.length === 0 || parts.signal.aborted) return undefined;
  const slower = Number((speed * SLOWER).toPrecision(2));
  const told = late.map(({ process, p99Ms }) => `${process} ${p99Ms.toFixed(1)} ms`).join(', ');
  tell(
    `This machine is late at speed ${speed} (P99: ${told}; a step takes ${stepMs.toFixed(1)} ms): ` +
      `going on at speed ${slower}.`,
  );
  return { ...fleet, speed: slower };
}

function announce({ presets, speed }: FleetSettings): void {
  tell('');
  for (const [index, { engine, engineVersion, hardware, extrapolated }] of presets.entries()) {
    const mark = extrapolated ? ', extrapolated' : '';
    tell(`replica-${index}: simulated ${engine} ${engineVersion} on ${hardware}${mark}`);
  }
  tell(
    `Starting them and the gateway, at speed ${speed}; then a few seconds to try this machine.\n`,
  );
}

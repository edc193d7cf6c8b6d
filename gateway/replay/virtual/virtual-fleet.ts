import type { VirtualClock } from '../../../deploy/simulator/clock.ts';
import type { SimulatedEngine } from '../../../deploy/simulator/engine.ts';
import type { Preset } from '../../../deploy/simulator/presets.ts';
import { createSimulatedEngine } from '../../../deploy/simulator/simulated-engine.ts';
import { Admission } from '../../../routing/admission.ts';
import type { AdmissionMode } from '../../../routing/admission.ts';
import { Fleet } from '../../../routing/fleet.ts';
import { createPolicy } from '../../../routing/policies/catalog.ts';
import type { PolicyName } from '../../../routing/policies/catalog.ts';
import type { Replica, Speed } from '../../../routing/replica.ts';
import { Router } from '../../../routing/router.ts';
import type { Clock } from '../../clock.ts';
import { Dispatcher } from '../../pipeline/dispatcher.ts';
import { NumpyRandom } from '../numpy-random.ts';

/** What a virtual fleet is made of. */
export interface VirtualFleetOptions {
  /** One simulated replica each, called `replica-0`, `replica-1` and so on. */
  readonly presets: readonly Preset[];
  readonly admission: AdmissionMode;
  readonly policy: PolicyName;
  /** Settles ties between replicas. */
  readonly seed: number;
}

/** One simulated replica, as the driver of a run sees it. */
export interface VirtualReplica {
  readonly id: string;
  readonly preset: Preset;
  readonly engine: SimulatedEngine;
}

/** The gateway's own dispatcher before simulated engines, all on one virtual clock. */
export interface VirtualFleet {
  readonly replicas: ReadonlyMap<string, VirtualReplica>;
  readonly dispatcher: Dispatcher;
}

/** Starts engines, fleet, router and admission on `clock`. */
export function startVirtualFleet(options: VirtualFleetOptions, clock: VirtualClock): VirtualFleet {
  const fleet = new Fleet();
  const replicas = new Map<string, VirtualReplica>();
  for (const [index, preset] of options.presets.entries()) {
    const id = `replica-${index}`;
    fleet.join(describe(id, preset), speedOf(preset));
    fleet.setState(id, 'ready');
    replicas.set(id, { id, preset, engine: createSimulatedEngine(preset, clock) });
  }
  const chance = new NumpyRandom(options.seed);
  const policy = createPolicy(options.policy, { random: () => chance.double() });
  const admission = new Admission({
    mode: options.admission,
    // A benchmark waits as long as it takes: what is measured is the wait.
    waitingRequestsMax: Infinity,
    waitingMsMax: Infinity,
  });
  const router = new Router(policy);
  const dispatcher = new Dispatcher({ fleet, router, admission, clock: gatewayClock(clock) });
  return { replicas, dispatcher };
}

/** Virtual time as the gateway's rooms ask for it. */
export function gatewayClock(clock: VirtualClock): Clock {
  return {
    nowMs: () => clock.nowMs(),
    after: (delayMs, task) => clock.at(clock.nowMs() + delayMs, task),
  };
}

function describe(id: string, preset: Preset): Replica {
  return {
    id,
    address: `virtual:${id}`,
    engine: preset.engine,
    engineVersion: preset.engineVersion,
    models: [preset.model],
    contextTokensMax: preset.contextTokensMax,
    kvBlockTokens: preset.kvBlockTokens,
    kvCapacityTokens: preset.kvCapacityTokens,
    numaNode: undefined,
    labels: {},
  };
}

function speedOf({ stepTimes }: Preset): Speed {
  return {
    prefillTokensPerSecond: 1000 / stepTimes.prefillMsPerToken,
    decodeStepMs: stepTimes.graphBaseMs,
    decodeStepMsPerRequest: stepTimes.graphMsPerSequence,
    decodeStepMsPerKvToken: stepTimes.decodeMsPerKvToken,
  };
}

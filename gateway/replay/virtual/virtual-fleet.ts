import type { VirtualClock } from '../../../deploy/simulator/clock.ts';
import type { Preset } from '../../../deploy/simulator/presets.ts';
import { Admission } from '../../../routing/admission.ts';
import type { AdmissionMode } from '../../../routing/admission.ts';
import { Fleet } from '../../../routing/fleet.ts';
import { createPolicy, defaultGoodService } from '../../../routing/policies/catalog.ts';
import type { PolicyName } from '../../../routing/policies/catalog.ts';
import type { LoadSnapshot, Replica, Speed } from '../../../routing/replica.ts';
import { Router } from '../../../routing/router.ts';
import type { Clock } from '../../clock.ts';
import { Dispatcher } from '../../pipeline/dispatcher.ts';
import { NumpyRandom } from '../numpy-random.ts';
import { slownessOf } from './disturbances.ts';
import type { Disturbances, Restart } from './disturbances.ts';
import { GaugePoll } from './gauge-poll.ts';
import type { GaugeRules } from './gauge-poll.ts';
import { VirtualReplica } from './virtual-replica.ts';

/** What a virtual fleet is made of. */
export interface VirtualFleetOptions {
  /** One simulated replica each, called `replica-0`, `replica-1` and so on. */
  readonly presets: readonly Preset[];
  readonly admission: AdmissionMode;
  readonly policy: PolicyName;
  /** Settles ties between replicas. */
  readonly seed: number;
  /** How the gauges are polled; nobody looks at them where it is left out. */
  readonly gauges?: GaugeRules | undefined;
  readonly disturbances?: Disturbances | undefined;
}

/** What a run asks of a dispatcher, the gateway's own or another that it is compared with. */
export type VirtualDispatcher = Pick<
  Dispatcher,
  'enter' | 'tryElsewhere' | 'observeCached' | 'wake' | 'waitingRequests'
>;

/** What a dispatcher is made of. */
export interface VirtualRooms {
  readonly options: VirtualFleetOptions;
  readonly fleet: Fleet;
  readonly replicas: ReadonlyMap<string, VirtualReplica>;
  readonly clock: Clock;
}

/** A dispatcher before simulated engines, all on one virtual clock. */
export interface VirtualFleet {
  readonly replicas: ReadonlyMap<string, VirtualReplica>;
  readonly fleet: Fleet;
  readonly dispatcher: VirtualDispatcher;
  /** The model that all replicas serve. */
  readonly model: string;
  /** Nothing more is sent: the gauges are left alone, so that the clock comes to an end. */
  close(): void;
}

/** Starts engines, fleet, router and admission on `clock`. */
export function startVirtualFleet(
  options: VirtualFleetOptions,
  clock: VirtualClock,
  makeDispatcher: (rooms: VirtualRooms) => VirtualDispatcher = gatewayDispatcher,
): VirtualFleet {
  const { presets, disturbances = {} } = options;
  const fleet = new Fleet();
  const replicas = new Map<string, VirtualReplica>();
  for (const [index, preset] of presets.entries()) {
    const id = idOf(index);
    fleet.join(describe(id, preset), speedOf(preset));
    fleet.setState(id, 'ready');
    const slowness = slownessOf(index, disturbances);
    replicas.set(id, new VirtualReplica(id, preset, { clock, slowness }));
  }
  const rooms = { options, fleet, replicas, clock: gatewayClock(clock) };
  const dispatcher = makeDispatcher(rooms);
  const polls = startPolls(rooms, dispatcher, clock);
  for (const restart of disturbances.restarts ?? []) planRestart(restart, rooms, dispatcher);
  return {
    replicas,
    fleet,
    dispatcher,
    model: presets[0]?.model ?? '',
    close: () => {
      for (const poll of polls) poll.stop();
    },
  };
}

/** The gateway's own: what it does on virtual time is what it does. */
function gatewayDispatcher({ options, fleet, clock }: VirtualRooms): VirtualDispatcher {
  const chance = new NumpyRandom(options.seed);
  const policy = createPolicy(options.policy, { random: () => chance.double() });
  const admission = new Admission({
    mode: options.admission,
    // A benchmark waits as long as it takes: what is measured is the wait.
    waitingRequestsMax: Infinity,
    waitingMsMax: Infinity,
    goodWaitMs: defaultGoodService.firstTokenMs,
  });
  return new Dispatcher({ fleet, router: new Router(policy), admission, clock });
}

function startPolls(
  { options: { gauges }, fleet, replicas }: VirtualRooms,
  dispatcher: VirtualDispatcher,
  clock: VirtualClock,
): readonly GaugePoll[] {
  if (gauges === undefined) return [];
  return [...replicas.values()].map((replica) => {
    const readLoad = () => replica.load();
    const observe = (load: LoadSnapshot): void => {
      fleet.observeLoad(replica.id, load);
      dispatcher.wake();
    };
    return new GaugePoll(gauges, { clock, readLoad, observe });
  });
}

/** The gateway sees the broken connections, takes the replica out, and back in when it answers. */
function planRestart(
  { replica, atMs, downMs }: Restart,
  { fleet, replicas, clock }: VirtualRooms,
  dispatcher: VirtualDispatcher,
): void {
  const id = idOf(replica);
  clock.after(atMs, () => {
    fleet.setState(id, 'ejected');
    replicas.get(id)?.restart();
  });
  clock.after(atMs + downMs, () => {
    fleet.setState(id, 'ready');
    dispatcher.wake();
  });
}

function idOf(index: number): string {
  return `replica-${index}`;
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
    address: `virtual://fleet/${id}`,
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

import type { Refusing, ScriptedReplica } from './scripted-replica.ts';

/** What a fault may do with the house beside its replica. */
export interface FaultStage {
  /** Runs `task` so much later. */
  after(delayMs: number, task: () => void): void;
  readonly chance: () => number;
  drain(id: string): void;
  undrain(id: string): void;
  /** Takes the replica off the list, or puts it back. */
  list(id: string, isListed: boolean): void;
}

type ReplicaFault = (replica: ScriptedReplica, stage: FaultStage) => void;

/** Every kind of fault of a whole replica. */
export const replicaFaultKinds = [
  'dies',
  'restarts-unseen',
  'flaps',
  'freezes',
  'falls-mute',
  'turns-slow',
  'answers-500',
  'is-full',
  'answers-429',
  'health-declines',
  'gauges-stale',
  'gauges-garbage',
  'gauges-silent',
  'is-drained',
  'leaves-the-list',
] as const;

/** One of them. */
export type ReplicaFaultKind = (typeof replicaFaultKinds)[number];

type Deed = (replica: ScriptedReplica) => unknown;

/** Each holds for `holdMs`, then all is well again. */
function held(begin: Deed, end: Deed): ReplicaFault {
  return (replica, { after, chance }) => {
    begin(replica);
    after(1_000 + chance() * 6_000, () => end(replica));
  };
}

/** An engine whose queue is full. */
export const FULL: Refusing = { status: 503, headers: { 'retry-after': '2' } };
const FLAPS = 4;

/** What befalls a whole replica, by its kind. */
export const replicaFaults: Readonly<Record<ReplicaFaultKind, ReplicaFault>> = {
  dies: held(
    (replica) => replica.die(),
    (replica) => replica.start(),
  ),
  'restarts-unseen': (replica, { after }) => {
    replica.die();
    after(30, () => replica.start());
  },
  flaps: (replica, { after }) => {
    for (let flap = 0; flap < FLAPS; flap += 1) {
      after(flap * 800, () => replica.die());
      after(flap * 800 + 300, () => replica.start());
    }
  },
  freezes: held(
    (replica) => (replica.isFrozen = true),
    (replica) => replica.thaw(),
  ),
  'falls-mute': held(
    (replica) => ([replica.isFrozen, replica.isMute] = [true, true]),
    (replica) => replica.thaw(),
  ),
  'turns-slow': held(
    (replica) => (replica.factor = 3),
    (replica) => (replica.factor = 1),
  ),
  'answers-500': held(
    (replica) => (replica.refusing = { status: 500, headers: {} }),
    (replica) => (replica.refusing = undefined),
  ),
  'is-full': held(
    (replica) => (replica.refusing = FULL),
    (replica) => (replica.refusing = undefined),
  ),
  'answers-429': held(
    (replica) => (replica.refusing = { status: 429, headers: { 'retry-after': '1' } }),
    (replica) => (replica.refusing = undefined),
  ),
  'health-declines': held(
    (replica) => (replica.healthStatus = 503),
    (replica) => (replica.healthStatus = 200),
  ),
  'gauges-stale': held(
    (replica) => (replica.pages = 'stale'),
    (replica) => (replica.pages = 'right'),
  ),
  'gauges-garbage': held(
    (replica) => (replica.pages = 'garbage'),
    (replica) => (replica.pages = 'right'),
  ),
  'gauges-silent': held(
    (replica) => (replica.pages = 'silent'),
    (replica) => (replica.pages = 'right'),
  ),
  'is-drained': ({ id }, { after, chance, drain, undrain }) => {
    drain(id);
    after(1_000 + chance() * 5_000, () => undrain(id));
  },
  'leaves-the-list': ({ id }, { after, chance, list }) => {
    list(id, false);
    after(1_000 + chance() * 5_000, () => list(id, true));
  },
};

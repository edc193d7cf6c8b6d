import type { CallFault } from './call-faults.ts';
import { callFaultKinds } from './call-faults.ts';
import type { ReplicaFaultKind } from './replica-faults.ts';
import { replicaFaultKinds } from './replica-faults.ts';

const clientFaultKinds = [
  'leaves-waiting',
  'leaves-before-first-byte',
  'leaves-in-mid-stream',
  'reads-slowly',
  'is-deadly',
  'time-is-up',
  'over-quota',
] as const;
const houseFaultKinds = ['follows-another-router', 'turns-out'] as const;

/** Everything that can go wrong in a run. */
export const faultKinds: readonly FaultKind[] = [
  ...callFaultKinds,
  ...replicaFaultKinds,
  ...clientFaultKinds,
  ...houseFaultKinds,
];
/** A kind of it. */
export type FaultKind =
  | CallFault['kind']
  | ReplicaFaultKind
  | (typeof clientFaultKinds)[number]
  | (typeof houseFaultKinds)[number];

/** What is looked at, by what it is called in `failures.md`'s list of invariants. */
export const promiseNames = [
  'ends once',
  'bytes are those of an undisturbed answer',
  'one engine at a time works on a request',
  'who left is let go at once',
  'all counts return to zero',
  'sent twice before a byte at most',
  'never sent to one replica twice',
  'retries stay in their budget',
  'nothing is sent past its deadline',
  'nothing is sent to a replica that is out',
  'quotas hold',
  'nobody waits beside an idle replica',
  'a deadly request takes two replicas at most',
  'the room is bounded',
  'serves again when all is well',
  'every replica comes back',
] as const;
/** One of them. */
export type PromiseName = (typeof promiseNames)[number];

import type { GaugeRules } from '../../../gateway/replay/virtual/gauge-poll.ts';
import type { AdmissionMode } from '../../../routing/admission.ts';
import type { PolicyName } from '../../../routing/policies/catalog.ts';
import type { BoundName } from './bounds/catalog.ts';

/** Whose formula it is: ours, a plain rule that anyone has, another router's, or a bound with full knowledge. */
export type Side = 'ours' | 'plain' | 'rival' | 'bound';

/** Someone who routes. */
export interface Contestant {
  readonly name: string;
  readonly side: Side;
  readonly policy: PolicyName;
  readonly admission: AdmissionMode;
  readonly gauges: GaugeRules;
  readonly bound?: BoundName;
}

/** How often this gateway looks at its replicas. */
const OWN_POLL = { everyMs: 1000 };

/**
 * Rivals look as often as they do in the field; the tokens of a queue are told to them, which is to their
 * advantage: over HTTP most engines do not tell.
 */
const polled = (everyMs: number): GaugeRules => ({ everyMs, tellsWaitingTokens: true });

const passing = (
  name: string,
  policy: PolicyName,
  side: Side,
  gauges: GaugeRules = OWN_POLL,
): Contestant => ({ name, side, policy, admission: 'pass-through', gauges });

const waiting = (name: string, policy: PolicyName, side: Side): Contestant => ({
  name,
  side,
  policy,
  admission: 'late-binding',
  gauges: OWN_POLL,
});

const bound = (name: BoundName): Contestant => ({
  ...passing(name, 'least-requests', 'bound'),
  bound: name,
});

/** The one that has to show something. */
const ours: Contestant = waiting('kv-aware', 'kv-aware', 'ours');

/** Everyone, in the order of the tables. */
export const contestants: readonly Contestant[] = [
  ours,
  waiting('least-requests, room', 'least-requests', 'plain'),
  waiting('power-of-two, room', 'power-of-two', 'plain'),
  waiting('round-robin, room', 'round-robin', 'plain'),
  passing('kv-aware, no room', 'kv-aware', 'plain'),
  passing('least-requests', 'least-requests', 'rival'),
  passing('power-of-two', 'power-of-two', 'rival'),
  passing('round-robin', 'round-robin', 'rival'),
  passing('session', 'session', 'rival'),
  passing('prefix-hash', 'prefix-hash', 'rival'),
  // Its own default, and the best of 10 s, 1 s and 100 ms.
  passing('smg-least-load, 10 s', 'smg-least-load', 'rival', polled(10_000)),
  passing('smg-least-load, 100 ms', 'smg-least-load', 'rival', polled(100)),
  passing('vllm-waiting-running', 'vllm-waiting-running', 'rival', polled(100)),
  passing('epp-queue-kv', 'epp-queue-kv', 'rival', polled(50)),
  passing('dynamo-kv-cost', 'dynamo-kv-cost', 'rival'),
  bound('late-in-order'),
  bound('late-short-first'),
  bound('soonest-prefill'),
  bound('shortest-work'),
  bound('cache-knowing'),
];

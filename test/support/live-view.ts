import type { Clock } from '../../gateway/clock.ts';
import { OpenRequests } from '../../gateway/pipeline/open-requests.ts';
import { HouseView } from '../../gateway/server/live/house-view.ts';
import { Fleet } from '../../routing/fleet.ts';
import type { Replica } from '../../routing/replica.ts';
import { aReplica } from './builders.ts';
import { ManualClock } from './clock.ts';
import type { AnExchange } from './exchange.ts';
import { anExchange, aRecorder } from './exchange.ts';
import { aDestination } from './records.ts';

/** A house that can be looked at, on a clock that stands still; its wall clock is 1,000,000 ms ahead. */
export interface AView {
  readonly clock: ManualClock;
  readonly fleet: Fleet;
  readonly open: OpenRequests;
  readonly view: HouseView;
  readonly wallMs: () => number;
}

/** One ready replica `r0` unless told otherwise, and nobody inside. */
export function aView(members: readonly Replica[] = [aReplica({ id: 'r0' })]): AView {
  const clock = new ManualClock();
  const fleet = new Fleet();
  for (const replica of members) {
    fleet.join(replica);
    fleet.setState(replica.id, 'ready');
  }
  const open = new OpenRequests();
  const wallMs = wallOf(clock);
  const view = new HouseView({
    fleet,
    open,
    dispatcher: { waitingRequests: 0 },
    doorkeeper: { isLeaving: false, inside: 0 },
    clock,
    wallMs,
    version: '1.2.3',
    policyOf: () => 'kv-aware',
  });
  return { clock, fleet, open, view, wallMs };
}

function wallOf(clock: Clock): () => number {
  return () => 1_000_000 + clock.nowMs();
}

/** Lets a request in that streams at `r0`, and has put out nothing yet. */
export function aStream(open: OpenRequests, facts: Partial<AnExchange> = {}): AnExchange {
  const exchange = anExchange({ recorder: aRecorder(), ...facts });
  exchange.recorder.attempt(aDestination({ replica: 'r0', startMs: 0 }));
  open.enter(exchange);
  return exchange;
}

import type { HttpBindings } from '@hono/node-server';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';

import { systemClock } from '../../../gateway/clock.ts';
import { OpenRequests } from '../../../gateway/pipeline/open-requests.ts';
import { listen } from '../../../gateway/server/listen.ts';
import { HouseView } from '../../../gateway/server/live/house-view.ts';
import { LiveFeed } from '../../../gateway/server/live/live-feed.ts';
import { mountLivePage } from '../../../gateway/server/live/live-page.ts';
import { mountLive } from '../../../gateway/server/live/live-routes.ts';
import type { Reservation } from '../../../routing/fleet.ts';
import { Fleet } from '../../../routing/fleet.ts';
import { Recorder } from '../../../telemetry/recorder.ts';
import { aReplica } from '../builders.ts';
import { anExchange } from '../exchange.ts';
import { anArrival } from '../records.ts';

/** How large a crowd is. */
export interface CrowdSize {
  readonly replicas: number;
  readonly requests: number;
}

/** Between two tokens of each stream. */
const TOKEN_MS = 60;

/** The live page before a crowd that no test machine could serve: the real feed, over streams that nobody made. */
export async function aCrowd(size: CrowdSize): Promise<AsyncDisposable & { readonly url: string }> {
  const clock = systemClock;
  const fleet = new Fleet();
  const open = new OpenRequests();
  const ids = Array.from({ length: size.replicas }, (_, index) => `replica-${index}`);
  for (const [index, id] of ids.entries()) {
    const address = `http://host-${Math.floor(index / 8)}:${30_000 + index}`;
    fleet.join(aReplica({ id, address, numaNode: Math.floor(index / 4) % 2 }));
    fleet.setState(id, 'ready');
  }
  for (let index = 0; index < size.requests; index += 1) begin(open, fleet, ids, index);
  const steps = setInterval(() => step(open, fleet, ids), TOKEN_MS);
  const doorkeeper = { isLeaving: false, inside: size.requests };
  const parts = {
    fleet,
    open,
    clock,
    wallMs: Date.now,
    doorkeeper,
    dispatcher: { waitingRequests: 0 },
  };
  const view = new HouseView({ ...parts, version: '0.0.0', policyOf: () => 'kv-aware' });
  const app = new Hono<{ Bindings: HttpBindings }>();
  mountLivePage(app);
  mountLive(app, { feed: new LiveFeed({ ...parts, view }), open, clock });
  const listener = getRequestListener(app.fetch);
  const door = await listen((incoming, outgoing) => void listener(incoming, outgoing), {
    host: '127.0.0.1',
    port: 0,
    headBytesMax: 16_384,
  });
  return {
    url: door.url,
    async [Symbol.asyncDispose]() {
      clearInterval(steps);
      await door.close();
    },
  };
}

/** What each request of a crowd holds. */
const reservations = new Map<number, Reservation>();

function begin(open: OpenRequests, fleet: Fleet, ids: readonly string[], index: number): void {
  const requestId = crypto.randomUUID();
  const receivedMs = performance.now();
  const arrival = anArrival({ requestId, receivedMs });
  const recorder = new Recorder(arrival, undefined, () => undefined, Math.random);
  const replica = ids[index % ids.length] ?? '';
  recorder.streamed = true;
  recorder.attempt({ replica, address: '', engine: 'vllm', startMs: receivedMs });
  const size = { promptTokens: 2_000, expectedOutputTokens: 1_000, nowMs: receivedMs };
  const { number } = open.enter(
    anExchange({ requestId, tenant: `tenant-${index % 7}`, receivedMs, recorder }),
  );
  reservations.set(number, fleet.reserve(replica, size));
}

/** A token for nearly every stream; one in a thousand ends, and another begins. */
function step(open: OpenRequests, fleet: Fleet, ids: readonly string[]): void {
  const nowMs = performance.now();
  for (const entered of Array.from(open.values())) {
    const { number, exchange } = entered;
    const { timer } = exchange.recorder;
    if ((number + timer.outputs) % 1_000 === 999) {
      open.leave(entered);
      reservations.get(number)?.release();
      reservations.delete(number);
      begin(open, fleet, ids, number);
    } else if (number % 17 !== 0 || timer.outputs % 4 !== 0 || nowMs % 1_000 < 300)
      timer.output(nowMs);
  }
}

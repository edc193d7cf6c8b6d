import { describe, expect, it } from 'vitest';
import type { Watcher } from '../../../../gateway/server/live/live-feed.ts';
import {
  LiveFeed,
  MISSED_MAX,
  TICK_MS,
  WAITING_BYTES_MAX,
  WATCHERS_MAX,
} from '../../../../gateway/server/live/live-feed.ts';
import type { LiveEvent } from '../../../../gateway/server/live/page/model/live-events.ts';
import { aStream, aView } from '../../../support/live-view.ts';

class AWatcher implements Watcher {
  waitingBytes = 0;
  isDropped = false;
  readonly events: LiveEvent[] = [];

  send(text: string): void {
    expect(text).toMatch(/^data: [^\n]*\n\n$/u);
    this.events.push(JSON.parse(text.slice(6)) as LiveEvent);
  }

  drop(): void {
    this.isDropped = true;
  }

  get last(): LiveEvent | undefined {
    return this.events.at(-1);
  }
}

function aFeed() {
  const house = aView();
  const { clock, wallMs } = house;
  const feed = new LiveFeed({ ...house, clock, wallMs });
  return { ...house, feed };
}

describe('the live feed', () => {
  it('tells who comes everything at once, and every quarter of a second what has changed', () => {
    const { feed, open, clock } = aFeed();
    const { timer } = aStream(open).recorder;
    const watcher = new AWatcher();
    feed.watch(watcher);

    expect(watcher.events).toHaveLength(1);
    expect(watcher.last).toMatchObject({ whole: true, policy: 'kv-aware' });
    expect(watcher.last?.requests.came).toHaveLength(1);

    timer.output(100);
    clock.advance(TICK_MS);
    expect(watcher.last).toMatchObject({
      whole: false,
      requests: { came: [], moved: [0, 2, 0, 1, 0, 150], gone: [] },
      replicas: [{ id: 'r0', streams: 1 }],
    });
  });

  it('goes on behind a bug in what it shows, and tells of it', () => {
    const house = aView();
    const crashes: unknown[] = [];
    const error = new Error('a bug');
    let isBroken = false;
    const standing = (): ReturnType<typeof house.view.standing> => {
      if (isBroken) throw error;
      return house.view.standing();
    };
    const view = { standing } as typeof house.view;
    const feed = new LiveFeed({ ...house, view, crashed: (found) => crashes.push(found) });
    const watcher = new AWatcher();
    feed.watch(watcher);
    isBroken = true;
    house.clock.advance(TICK_MS);
    expect(crashes).toEqual([error]);
    isBroken = false;
    house.clock.advance(TICK_MS);
    expect(watcher.events).toHaveLength(2);
  });

  it('does nothing at all while nobody watches', () => {
    const { feed, clock } = aFeed();
    expect(clock.timers).toBe(0);

    const leave = [feed.watch(new AWatcher()), feed.watch(new AWatcher())];
    clock.advance(TICK_MS);
    expect(clock.timers).toBe(1);

    leave[0]?.();
    expect(clock.timers).toBe(1);
    leave[1]?.();
    leave[1]?.();
    expect(clock.timers).toBe(0);
  });

  it('tells one who comes later what the others know, and all of them the same from then on', () => {
    const { feed, open, clock } = aFeed();
    const first = new AWatcher();
    const second = new AWatcher();
    feed.watch(first);
    aStream(open);
    clock.advance(TICK_MS);
    feed.watch(second);
    aStream(open);
    clock.advance(TICK_MS);

    expect(second.events[0]?.requests.came).toHaveLength(1);
    expect(second.last?.requests).toEqual(first.last?.requests);
    expect(second.last?.requests.came.map(([number]) => number)).toEqual([1]);
  });

  it('sends a slow reader nothing more until it has caught up, and then everything anew', () => {
    const { feed, open, clock } = aFeed();
    const watcher = new AWatcher();
    feed.watch(watcher);
    watcher.waitingBytes = WAITING_BYTES_MAX;
    clock.advance(TICK_MS);
    expect(watcher.events).toHaveLength(2);

    watcher.waitingBytes = WAITING_BYTES_MAX + 1;
    aStream(open);
    clock.advance(2 * TICK_MS);
    expect(watcher.events).toHaveLength(2);

    watcher.waitingBytes = 0;
    clock.advance(TICK_MS);
    expect(watcher.last).toMatchObject({ whole: true });
    expect(watcher.last?.requests.came).toHaveLength(1);
    clock.advance(TICK_MS);
    expect(watcher.last).toMatchObject({ whole: false });
  });

  it.each([
    [MISSED_MAX - 1, false],
    [MISSED_MAX, true],
  ])('drops one who has missed %i events: %s', (missed, isDropped) => {
    const { feed, clock } = aFeed();
    const watcher = new AWatcher();
    feed.watch(watcher);
    watcher.waitingBytes = WAITING_BYTES_MAX + 1;

    clock.advance(missed * TICK_MS);

    expect(watcher.isDropped).toBe(isDropped);
    expect(clock.timers).toBe(isDropped ? 0 : 1);
  });

  it('is full at its bound, and has room again when one leaves', () => {
    const { feed } = aFeed();
    const leave = Array.from({ length: WATCHERS_MAX - 1 }, () => feed.watch(new AWatcher()));
    expect(feed.isFull).toBe(false);

    const last = feed.watch(new AWatcher());
    expect(feed.isFull).toBe(true);
    last();
    expect(feed.isFull).toBe(false);
    for (const each of leave) each();
  });
});

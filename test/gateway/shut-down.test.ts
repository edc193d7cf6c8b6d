import { describe, expect, it } from 'vitest';

import { readConfig } from '../../gateway/config.ts';
import { Doorkeeper } from '../../gateway/server/doorkeeper.ts';
import type { ShutDownParts } from '../../gateway/shut-down.ts';
import { ShutDown } from '../../gateway/shut-down.ts';
import { ManualClock } from '../support/clock.ts';
import { settle } from '../support/passing-time.ts';

/** A house with one guest, which closes while a test looks on. */
function aHouse(listen: object = {}) {
  const done: string[] = [];
  const clock = new ManualClock();
  const doorkeeper = new Doorkeeper(10);
  const close = (what: string) => (): Promise<void> => {
    done.push(`${what} closed`);
    return Promise.resolve();
  };
  const door = { url: '', renewTls: () => undefined };
  const log = { info: () => undefined, warn: () => undefined };
  const text = JSON.stringify({ listen, shutdown: { settleMs: 100, drainMs: 1_000 } });
  const config = readConfig({ file: { name: 'test', text }, environment: {} });
  const shutDown = new ShutDown({
    clock,
    doorkeeper,
    telemetry: { log, shutdown: close('telemetry') } as unknown as ShutDownParts['telemetry'],
    doors: {
      door: {
        ...door,
        stopListening: () => done.push('listens no more'),
        closeIdle: () => done.push('idle ended'),
        close: close('door'),
      },
      adminDoor: {
        ...door,
        stopListening: () => undefined,
        closeIdle: () => undefined,
        close: close('admin door'),
      },
    },
    engines: { close: close('engines') },
    loop: { stop: () => done.push('loop stopped') },
    config: () => config,
  });
  const leave = doorkeeper.enter({
    turnOut: (error) => {
      done.push(`turned out: ${error.code}`);
      leave();
    },
  });
  return { done, clock, doorkeeper, shutDown, leave };
}

const CLOSED = [
  'loop stopped',
  'door closed',
  'admin door closed',
  'engines closed',
  'telemetry closed',
];

/** What is refused at the door, if anything. */
function refusal(doorkeeper: Doorkeeper): unknown {
  try {
    doorkeeper.check();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a drain', () => {
  it('lets nobody in and waits for who is inside, then closes, the doors first', async () => {
    const { done, doorkeeper, shutDown, leave } = aHouse();
    const drained = shutDown.drain({ settles: false });
    await settle();
    expect(refusal(doorkeeper)).toMatchObject({ code: 'shutting_down' });
    expect(done).toEqual([]);

    leave();
    await drained;
    expect(done).toEqual(CLOSED);
  });

  it.each([
    ['somebody is inside', false, true, [1_000]],
    ['it settles', true, false, [1_000]],
    ['it ends at once', false, false, []],
  ])(
    'tells how long it may take where it does not end at once: %s',
    async (_when, settles, hasGuest, expected) => {
      const { clock, shutDown, leave } = aHouse();
      const told: number[] = [];
      if (!hasGuest) leave();
      const drained = shutDown.drain({ settles, waits: (atMostMs) => told.push(atMostMs) });
      await settle();
      clock.advance(1_000);
      await drained;

      expect(told).toEqual(expected);
    },
  );

  it('that settles lets everybody in until the time is over, though it is not ready at once', async () => {
    const { done, clock, doorkeeper, shutDown, leave } = aHouse();
    const drained = shutDown.drain({ settles: true });
    await settle();
    expect(doorkeeper.isLeaving).toBe(true);
    clock.advance(99);
    await settle();
    expect(refusal(doorkeeper)).toBeUndefined();
    expect(done).toEqual([]);
    clock.advance(1);
    await settle();
    expect(refusal(doorkeeper)).toMatchObject({ code: 'shutting_down' });

    leave();
    await drained;
  });

  it('turns out who is still inside when its time is over, which counts from the signal', async () => {
    const { done, clock, shutDown } = aHouse();
    const drained = shutDown.drain({ settles: true });
    await settle();
    clock.advance(999);
    await settle();
    expect(done).toEqual([]);
    clock.advance(1);
    await drained;
    expect(done).toEqual(['turned out: shutting_down', ...CLOSED]);
  });

  it('leaves the port to the other gateway that shares it, and serves who has come until it has settled', async () => {
    const { done, clock, doorkeeper, shutDown, leave } = aHouse({ reusePort: true });
    const drained = shutDown.drain({ settles: true });
    await settle();
    expect(done).toEqual(['listens no more']);
    expect(refusal(doorkeeper)).toBeUndefined();
    clock.advance(100);
    await settle();
    expect(done).toEqual(['listens no more', 'idle ended']);
    leave();
    await drained;
  });
});

describe('a house that closes at once', () => {
  it('turns everybody out and waits for no one for longer than a second', async () => {
    const { done, clock, doorkeeper, shutDown } = aHouse();
    doorkeeper.enter({ turnOut: () => done.push('a guest stays') });
    const closed = shutDown.close();
    await settle();
    expect(done).toEqual(['turned out: shutting_down', 'a guest stays']);
    clock.advance(1_000);
    await closed;
    expect(done.slice(2)).toEqual(CLOSED);
  });
});

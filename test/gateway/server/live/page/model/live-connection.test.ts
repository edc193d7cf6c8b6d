import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '../../../../../../gateway/server/live/page/model/live-connection.ts';
import { LiveConnection } from '../../../../../../gateway/server/live/page/model/live-connection.ts';
import { ManualClock } from '../../../../../support/clock.ts';
import { anEvent } from '../../../../../support/live-events.ts';

/** A gateway that answers as it is told, and the page's connection to it. */
class AConnection {
  readonly clock = new ManualClock();
  readonly states: ConnectionState[] = [];
  readonly events: number[] = [];
  status = 200;
  opened = 0;
  signal: AbortSignal | undefined;
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly connection = new LiveConnection({
    open: (signal) => this.#open(signal),
    onEvent: ({ atMs }) => void this.events.push(atMs),
    onState: (state) => void this.states.push(state),
    after: (delayMs, task) => this.clock.after(delayMs, task),
  });

  async start(): Promise<void> {
    this.connection.start();
    await settled();
  }

  async send(atMs: number, whole = false): Promise<void> {
    const text = `data: ${JSON.stringify(anEvent(atMs, {}, { whole }))}\n\n`;
    this.#stream?.enqueue(new TextEncoder().encode(text));
    await settled();
  }

  async break(): Promise<void> {
    this.#stream?.close();
    await settled();
  }

  async pass(milliseconds: number): Promise<void> {
    this.clock.advance(milliseconds);
    await settled();
  }

  #open(signal: AbortSignal): Promise<Response> {
    this.opened += 1;
    this.signal = signal;
    if (this.status !== 200) return Promise.resolve(new Response('', { status: this.status }));
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#stream = controller;
        signal.addEventListener('abort', () => controller.error(new Error('aborted')));
      },
    });
    return Promise.resolve(new Response(body));
  }
}

/** Lets the promises that are ready run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('the page’s connection', () => {
  it('is live once the first event has come', async () => {
    const house = new AConnection();
    await house.start();
    expect(house.states).toEqual(['connecting']);

    await house.send(1, true);
    await house.send(2);
    expect(house.states).toEqual(['connecting', 'live']);
    expect(house.events).toEqual([1, 2]);
  });

  it('is tried again when it breaks, less and less often, and at once often again when it was live', async () => {
    const house = new AConnection();
    await house.start();
    await house.send(1, true);
    house.status = 502;
    await house.break();
    expect(house.states.at(-1)).toBe('lost');

    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      const opened = house.opened;
      let waitedMs = 0;
      while (house.opened === opened) {
        await house.pass(250);
        waitedMs += 250;
      }
      waits.push(waitedMs);
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000, 4_000]);

    house.status = 200;
    await house.pass(4_000);
    await house.send(2, true);
    expect(house.states.at(-1)).toBe('live');
    house.status = 502;
    await house.break();
    const { opened } = house;
    await house.pass(250);
    expect(house.opened).toBe(opened + 1);
  });

  it('waits for a key where it is locked', async () => {
    const house = new AConnection();
    house.status = 401;
    await house.start();
    await house.pass(60_000);
    expect([house.states, house.opened]).toEqual([['connecting', 'locked'], 1]);

    house.status = 200;
    await house.start();
    await house.send(1, true);
    expect(house.states.at(-1)).toBe('live');
  });

  it('is told that too many watch, and tries again', async () => {
    const house = new AConnection();
    house.status = 503;
    await house.start();
    expect(house.states.at(-1)).toBe('crowded');
    await house.pass(250);
    expect(house.opened).toBe(2);
  });

  it.each([
    [4_999, false],
    [5_000, true],
  ])('is dead after %i ms without an event: %s', async (silenceMs, isDead) => {
    const house = new AConnection();
    await house.start();
    await house.send(1, true);
    await house.pass(silenceMs);

    expect(house.signal?.aborted).toBe(isDead);
    expect(house.states.at(-1)).toBe(isDead ? 'lost' : 'live');
  });

  it('leaves no timer behind when it is stopped', async () => {
    const house = new AConnection();
    await house.start();
    await house.send(1, true);
    house.connection.stop();
    await settled();

    expect(house.clock.timers).toBe(0);
    expect(house.states.at(-1)).toBe('live');
  });
});

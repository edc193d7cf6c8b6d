import { setTimeout as sleep } from 'node:timers/promises';

import { aBenchEngine, askBench, isWholeOfBench } from '../load/bench-engine.ts';
import { openLoop } from '../load/passing.ts';
import { GatewayProcess } from '../load/process-fleet.ts';
import type { Asked, Streamed } from '../load/stream-client.ts';
import { connect, stream } from '../load/stream-client.ts';
import type { Part } from '../part.ts';
import { portion } from '../part.ts';

const STREAMS = 500;
const STREAM_SECONDS = 60;
const RESTARTS = 20;
const TOKENS_PER_SECOND = 5;

/** Short requests beside the streams. */
const SHORT_PER_SECOND = 20;

/** Between two looks of the balancer at `/ready`. */
const LOOK_MS = 250;

/** Two gateways behind a balancer are restarted again and again, and nobody notices. */
export const rollingRestarts: Part = {
  name: 'rolling-restarts',
  what: `${STREAMS} streams of ${STREAM_SECONDS} s and ${SHORT_PER_SECOND} short requests/s over two gateways behind a balancer, ${RESTARTS} restarts of one by SIGTERM`,
  async play(share) {
    const restarts = portion(RESTARTS, share, 3);
    const seconds = portion(STREAM_SECONDS, share, 8);
    const everySeconds = seconds / 4;
    const count = portion(STREAMS, share, 60);
    await using fleet = await Balanced.start();
    const long = askBench(seconds * TOKENS_PER_SECOND, TOKENS_PER_SECOND);
    const short = askBench(2, 100);
    const streams: Streamed[] = [];
    const shorts: Streamed[] = [];
    const span = restarts * everySeconds;
    const exits: (number | null)[] = [];
    await Promise.all([
      openLoop({ perSecond: count / span, seconds: span }, async () => {
        streams.push(await fleet.ask(long));
      }),
      openLoop({ perSecond: SHORT_PER_SECOND, seconds: span }, async () => {
        shorts.push(await fleet.ask(short));
      }),
      (async () => {
        const leaving: Promise<number | null>[] = [];
        for (let restart = 0; restart < restarts; restart += 1) {
          const waited = sleep(everySeconds * 1_000);
          leaving.push((await fleet.restartOne()).exited);
          await waited;
        }
        exits.push(...(await Promise.all(leaving)));
      })(),
    ]);
    const cut = streams.filter((one) => !isWholeOfBench(one, long));
    const failed = shorts.filter((one) => !isWholeOfBench(one, short));
    return {
      amount: `${streams.length} streams of ${seconds} s, ${shorts.length} short requests, ${exits.length} restarts`,
      figures: [
        { name: 'streams cut or refused', value: cut.length, atMost: 0 },
        { name: 'short requests that failed', value: failed.length, atMost: 0 },
        {
          name: 'gateways that ended with an error',
          value: exits.filter((code) => code !== 0).length,
          atMost: 0,
        },
      ],
    };
  },
};

/** One gateway, with the connections of the balancer to it. */
interface Member {
  readonly gateway: GatewayProcess;
  readonly pool: ReturnType<typeof connect>;
  isReady: boolean;
  /** It has been told to end; a second time would cut its streams. */
  isLeaving: boolean;
}

/** Two gateways at a time, and a balancer that looks now and then which of them are ready. */
class Balanced implements AsyncDisposable {
  readonly #engine: Awaited<ReturnType<typeof aBenchEngine>>;
  readonly #looking: NodeJS.Timeout;
  #members: readonly Member[] = [];
  #turn = 0;

  private constructor(engine: Awaited<ReturnType<typeof aBenchEngine>>) {
    this.#engine = engine;
    this.#looking = setInterval(() => void this.#look(), LOOK_MS);
  }

  static async start(): Promise<Balanced> {
    const balanced = new Balanced(await aBenchEngine());
    for (let index = 0; index < 2; index += 1) await balanced.#join();
    return balanced;
  }

  /** Asks the next of those that were ready at the last look. */
  ask(asked: Asked): Promise<Streamed> {
    const ready = this.#members.filter(({ isReady }) => isReady);
    const member = ready[(this.#turn += 1) % ready.length];
    if (member === undefined) throw new Error('no gateway is ready');
    return stream(member.pool, asked);
  }

  /** Tells the eldest to end once another is there; resolves before it has. */
  async restartOne(): Promise<{ readonly exited: Promise<number | null> }> {
    const eldest = this.#members.find(({ isLeaving }) => !isLeaving);
    await this.#join();
    if (eldest === undefined) throw new Error('two gateways are up');
    return { exited: this.#leave(eldest) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looking);
    for (const { gateway, pool } of this.#members) {
      await pool.destroy();
      await gateway[Symbol.asyncDispose]();
    }
    await this.#engine[Symbol.asyncDispose]();
  }

  async #join(): Promise<void> {
    const gateway = await GatewayProcess.start({
      replicas: [{ url: this.#engine.url }],
      // Longer than the longest stream: past it one is ended by an error event.
      shutdown: { settleMs: 2_000, drainMs: (STREAM_SECONDS + 30) * 1_000 },
    });
    const member = { gateway, pool: connect(gateway.url), isReady: true, isLeaving: false };
    this.#members = [...this.#members, member];
  }

  async #leave(member: Member): Promise<number | null> {
    member.isLeaving = true;
    const code = await member.gateway.stop('SIGTERM');
    this.#members = this.#members.filter((other) => other !== member);
    await member.pool.destroy();
    await member.gateway[Symbol.asyncDispose]();
    return code;
  }

  async #look(): Promise<void> {
    const looks = this.#members.map(async (member) => {
      const answer = await fetch(`${member.gateway.url}/ready`).catch(() => undefined);
      await answer?.text();
      member.isReady = answer?.ok === true;
    });
    await Promise.all(looks);
  }
}

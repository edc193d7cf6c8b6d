import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool } from 'undici';

import { percentile } from '../../bench/relay/percentile.ts';
import { seededRandom } from '../../support/chance.ts';
import { counted } from '../../support/live/counted.ts';
import { aBenchEngine } from '../load/bench-engine.ts';
import type { GeneratedBody } from '../load/generated-bodies.ts';
import { generatedBody } from '../load/generated-bodies.ts';
import { closedLoop } from '../load/passing.ts';
import { GatewayProcess } from '../load/process-fleet.ts';
import { sampled } from '../load/samples.ts';
import { connect } from '../load/stream-client.ts';
import type { Part } from '../part.ts';
import { portion } from '../part.ts';

const REQUESTS = 100_000;
const CLIENTS = 4;

/** The default of `limits.bodyBytesMax`. */
const CAP_BYTES = 32 * 2 ** 20;

/** Each so many-th is as large as may be; the others are small, up to this. */
const LARGE_EVERY = 1_000;
const SMALL_BYTES_MAX = 2 ** 18;

/** Whatever is sent as a body, it is judged rightly, holds nobody up, and is not kept. */
export const bodies: Part = {
  name: 'bodies',
  what: `${REQUESTS / 1_000} k generated bodies, half of them spoilt, each ${LARGE_EVERY}th of 32 MiB, ${CLIENTS} at a time`,
  async play(share) {
    const count = portion(REQUESTS, share, 2_000);
    await using engine = await aBenchEngine();
    await using gateway = await GatewayProcess.start({ replicas: [{ url: engine.url }] });
    const pool = connect(gateway.url);
    const random = seededRandom(1);
    let [asked, wrong, bytes] = [0, 0, 0];
    const ask = async (largest: number): Promise<void> => {
      const body = generatedBody(Math.exp(random() * Math.log(largest)), random);
      bytes += body.text.length;
      if (!(await isRight(pool, body))) wrong += 1;
    };
    await closedLoop(
      CLIENTS,
      () => (asked += 1) <= 200,
      () => ask(SMALL_BYTES_MAX),
    );
    // Taken in whole once, since what that needs belongs to no body.
    await isRight(pool, large());
    await sleep(1_000);
    const idleMb = gateway.residentMb;
    const memory = sampled(100, () => gateway.residentMb);
    const stalls = new Stalls(gateway);
    asked = 0;
    await closedLoop(
      CLIENTS,
      () => (asked += 1) <= count,
      async (index) => {
        if (index % LARGE_EVERY !== 0) return ask(SMALL_BYTES_MAX);
        bytes += CAP_BYTES;
        if (!(await isRight(pool, large()))) wrong += 1;
      },
    );
    const stallsMs = await stalls.stop();
    const mostMb = Math.max(...memory().map(({ value }) => value));
    await pool.destroy();
    return {
      amount: `${count} bodies, ${Math.round(bytes / 1e6)} MB`,
      figures: [
        { name: 'judged wrongly', value: wrong, atMost: 0 },
        {
          name: 'longest stall of the event loop',
          value: Math.max(...stallsMs),
          unit: 'ms',
          atMost: 50,
        },
        { name: 'longest of a second, median', value: percentile(stallsMs, 0.5), unit: 'ms' },
        {
          name: 'memory more',
          value: mostMb - idleMb,
          unit: 'MB',
          atMost: (2 * CAP_BYTES) / 1e6,
        },
      ],
    };
  },
};

/** As large as may be, and right. */
function large(): GeneratedBody {
  const start = '{"model":"nobody","prompt":"';
  return { text: `${start}${'a'.repeat(CAP_BYTES - start.length - 2)}"}`, is: 'json' };
}

/** What is JSON asks for a model that nobody has; another body is no request. */
async function isRight(pool: Pool, { text, is }: GeneratedBody): Promise<boolean> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/v1/completions',
    headers: { 'content-type': 'application/json' },
    body: text,
  });
  await body.dump();
  return statusCode === 400 ? is !== 'json' : statusCode === 404 && is !== 'no-json';
}

/** The longest stall of the gateway's event loop in each second, as it tells itself. */
class Stalls {
  readonly #looking: Promise<readonly number[]>;
  #isOver = false;

  constructor(gateway: GatewayProcess) {
    this.#looking = this.#look(gateway);
  }

  async stop(): Promise<readonly number[]> {
    this.#isOver = true;
    return this.#looking;
  }

  async #look({ adminUrl }: GatewayProcess): Promise<readonly number[]> {
    await counted(adminUrl, 'eventLoopLagMax');
    const stalls: number[] = [];
    while (!this.#isOver) {
      await sleep(1_000);
      stalls.push((await counted(adminUrl, 'eventLoopLagMax')) * 1_000);
    }
    return stalls;
  }
}

/**
 * What all telemetry together costs a relayed token: the gateway with metrics, a log line and spans for each
 * request, and a scrape each five seconds, against the same gateway without any of it, in interleaved pairs.
 *
 *     npm run bench:telemetry [-- --pairs 9 --seconds 5 --together]
 *
 * Both share one core; which of a pair comes first alternates. Where other work on the machine changes from
 * second to second, `--together` loads both at the same time, each with half of the streams, so that they have
 * the same second. Figures are processor time of the gateway.
 */
import { parseArgs } from 'node:util';

import { connect, runStreams } from './relay/client.ts';
import { cpuSeconds } from './relay/process-cpu.ts';
import { meanInterval } from './telemetry-pairs/interval.ts';
import type { Subject } from './telemetry-pairs/subjects.ts';
import { startSubjects } from './telemetry-pairs/subjects.ts';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '6' },
    tokens: { type: 'string', default: '256' },
    together: { type: 'boolean', default: false },
  },
});
const pairs = Number(values.pairs);
const seconds = Number(values.seconds);

/** 200 streams of 50 tokens a second; a longer run has more answers, not longer ones. */
const STREAMS = 200;
const RATE = 50;
const tokens = Number(values.tokens);
/** Four thousand requests. */
const WARM_UP_WAVES = 20;
const waves = Math.max(Math.round((seconds * RATE) / tokens), 1);

const { on, off, stop } = await startSubjects();
try {
  for (const subject of [on, off]) await warmUp(subject);
  const ratios: number[] = [];
  for (let pair = 1; pair <= pairs; pair += 1) {
    const measure = values.together ? together : inTurn;
    const [withIt, without] = await measure(pair % 2 === 0);
    ratios.push(withIt / without);
    console.log(
      `pair ${pair}: ${withIt.toFixed(2)} µs a token with telemetry, ${without.toFixed(2)} without, ${percent(withIt / without)}`,
    );
  }
  const { mean, low, high } = meanInterval(ratios.map(Math.log));
  console.log(
    `telemetry costs ${percent(Math.exp(mean))} of processor time a token, ` +
      `95 % interval ${percent(Math.exp(low))} to ${percent(Math.exp(high))} (aim: at most +6 %), ` +
      `${pairs} pairs of ${STREAMS} streams with ${tokens} tokens`,
  );
} finally {
  await stop();
}

/** Until the code that ends a request is compiled: a gateway that has served a hundred runs it from bytecode. */
async function warmUp({ url }: Subject): Promise<void> {
  const pool = connect(url);
  const load = { streams: STREAMS, rate: 2 * RATE, tokens: 10, promptBytes: 1024 };
  for (let wave = 0; wave < WARM_UP_WAVES; wave += 1) await runStreams(pool, load);
  await pool.destroy();
}

/** What a token costs with telemetry, and without it. */
type Pair = readonly [withIt: number, without: number];

async function inTurn(isOnFirst: boolean): Promise<Pair> {
  const before = isOnFirst ? await microseconds(on) : Number.NaN;
  const without = await microseconds(off);
  return [isOnFirst ? before : await microseconds(on), without];
}

/** Whoever starts first is woken first, so that it alternates too. */
async function together(isOnFirst: boolean): Promise<Pair> {
  const [first, second] = isOnFirst ? [on, off] : [off, on];
  const [one, other] = await Promise.all([
    microseconds(first, STREAMS / 2),
    microseconds(second, STREAMS / 2),
  ]);
  return isOnFirst ? [one, other] : [other, one];
}

/** Processor time of the gateway for each token of some waves of streams. */
async function microseconds({ url, pid }: Subject, streams = STREAMS): Promise<number> {
  const pool = connect(url);
  const before = cpuSeconds(pid);
  let relayed = 0;
  for (let wave = 0; wave < waves; wave += 1) {
    const load = { streams, rate: RATE, tokens, promptBytes: 1024 };
    relayed += (await runStreams(pool, load)).tokens;
  }
  const spent = cpuSeconds(pid) - before;
  await pool.destroy();
  return (spent * 1e6) / relayed;
}

function percent(ratio: number): string {
  const share = (ratio - 1) * 100;
  return `${share > 0 ? '+' : ''}${share.toFixed(1)} %`;
}

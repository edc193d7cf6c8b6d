import { setTimeout as sleep } from 'node:timers/promises';

import { counted } from '../../support/live/counted.ts';
import { closedLoop } from './passing.ts';
import type { ProcessFleet, ReplicaProcess } from './process-fleet.ts';
import { aFleet, simulated } from './process-fleet.ts';
import type { Asked, Streamed } from './stream-client.ts';
import { connect, isGarbled, isSilentlyWrong, isWhole, stream } from './stream-client.ts';

/** Streams before replicas of which one after the other is killed. */
export interface Fire {
  readonly replicas: number;
  /** Streams at a time. */
  readonly clients: number;
  readonly tokens: number;
  readonly killEveryMs: number;
  /** So many streams, or for so long. */
  readonly streams?: number;
  readonly seconds?: number;
}

/** What came of it. */
export interface FireResult {
  readonly streams: number;
  readonly whole: number;
  readonly silentlyWrong: number;
  readonly garbled: number;
  readonly refused: number;
  readonly kills: number;
  readonly resumes: number;
  /** The longest gap of each stream. */
  readonly gapsMs: readonly number[];
  /** Tokens that engines made and no client got, for each that one got. */
  readonly wastedShare: number;
}

/** Of the H100 that is simulated: a token every 14 ms. */
const SPEED = 0.5;

/** Kills one replica after the other, each by SIGKILL and with another process at its port, while clients stream. */
export async function underFire(fire: Fire): Promise<FireResult> {
  await using fleet = await aFleet({ replicas: fire.replicas, args: simulated(SPEED) });
  const pool = connect(fleet.gateway.url);
  const all: { readonly asked: Asked; readonly streamed: Streamed }[] = [];
  const endMs = performance.now() + (fire.seconds ?? Infinity) * 1_000;
  let begun = 0;
  const goesOn = (): boolean => performance.now() < endMs && begun < (fire.streams ?? Infinity);
  let isOver = false;
  const killing = kill(fleet, fire.killEveryMs, () => isOver);
  await closedLoop(fire.clients, goesOn, async (index) => {
    begun += 1;
    const asked = { prompt: `Story ${index} begins`, tokens: fire.tokens };
    all.push({ asked, streamed: await stream(pool, asked) });
  });
  isOver = true;
  const { kills, made } = await killing;
  await pool.destroy();
  const count = (is: (streamed: Streamed, asked: Asked) => boolean): number =>
    all.filter(({ streamed, asked }) => is(streamed, asked)).length;
  const got = all.reduce((sum, { streamed }) => sum + wordsOf(streamed), 0);
  return {
    streams: all.length,
    whole: count(isWhole),
    silentlyWrong: count(isSilentlyWrong),
    garbled: count(isGarbled),
    refused: count(({ status }) => status >= 400),
    kills,
    resumes: await counted(fleet.gateway.adminUrl, 'resumes'),
    gapsMs: all.map(({ streamed }) => streamed.longestGapMs),
    wastedShare: Math.max(made + (await tokensOf(fleet.replicas)) - got, 0) / got,
  };
}

/** Kills until it is over; gives how often, and the tokens that the killed had made. */
async function kill(
  { replicas }: ProcessFleet,
  everyMs: number,
  isOver: () => boolean,
): Promise<{ kills: number; made: number }> {
  const starting = new Map<ReplicaProcess, Promise<void>>();
  let [kills, made] = [0, 0];
  for (;;) {
    await sleep(everyMs);
    const victim = replicas[kills % replicas.length];
    if (victim === undefined || isOver()) break;
    // One that is not back yet on a busy machine has its turn later.
    await starting.get(victim);
    made += await tokensOf([victim]);
    starting.set(victim, victim.killAndStart());
    kills += 1;
  }
  await Promise.all(starting.values());
  return { kills, made };
}

async function tokensOf(replicas: readonly ReplicaProcess[]): Promise<number> {
  const states = await Promise.all(replicas.map((replica) => replica.state()));
  return states.reduce((sum, { tokens }) => sum + tokens, 0);
}

function wordsOf({ text }: Streamed): number {
  return text.split(' ').length - 1;
}

import { describe, expect, it } from 'vitest';

import { watchStalls } from '../../../gateway/discovery/stall-watch.ts';
import type { TokenAnswer } from '../../../gateway/engines/catalog.ts';
import type { Reservation } from '../../../routing/fleet.ts';
import { Fleet } from '../../../routing/fleet.ts';
import { aReplica } from '../../support/builders.ts';
import { ManualClock } from '../../support/clock.ts';
import { pass } from '../../support/passing-time.ts';

/** A fast replica with one stream, and the answers that it gives to questions. */
class Heard {
  readonly clock: ManualClock = new ManualClock();
  readonly fleet: Fleet = new Fleet();
  readonly told: string[] = [];
  readonly stream: Reservation;
  answer: TokenAnswer | 'never' = 'never';
  questions = 0;
  readonly crashes: unknown[] = [];
  /** What it throws when it is told something. */
  bug: Error | undefined;
  openQuestions = 0;
  readonly stop: () => void;

  constructor() {
    this.fleet.join(aReplica());
    this.fleet.setState('replica-0', 'ready');
    const size = { promptTokens: 100, expectedOutputTokens: 100, nowMs: 0 };
    this.stream = this.fleet.reserve('replica-0', size);
    const { clock, fleet } = this;
    const crashed = (error: unknown): void => void this.crashes.push(error);
    const terms = { id: 'replica-0', fleet, clock, askForToken: this.#ask, crashed };
    this.stop = watchStalls(terms, {
      stalled: (silentMs) => this.told.push(`stalled for ${silentMs}`),
      turned: () => {
        this.told.push('turned');
        if (this.bug !== undefined) throw this.bug;
      },
      looked: () => undefined,
    });
  }

  /** Tokens for so long that its speed is known. */
  async proven(): Promise<this> {
    this.stream.firstToken();
    for (let times = 0; times < 5; times += 1) {
      this.stream.outputTokens += 1;
      await pass(this.clock, 250, 250);
    }
    return this;
  }

  get isQuiet(): boolean | undefined {
    return this.fleet.candidates(this.clock.nowMs())[0]?.isQuiet;
  }

  readonly #ask = (signal: AbortSignal): Promise<TokenAnswer> => {
    this.questions += 1;
    if (this.answer !== 'never') return Promise.resolve(this.answer);
    this.openQuestions += 1;
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        this.openQuestions -= 1;
        resolve('silence');
      });
    });
  };
}

describe('a replica that stands still', () => {
  it('is quiet after a question, and stalled when that is not answered', async () => {
    const heard = await new Heard().proven();
    await pass(heard.clock, 500, 250);
    expect(heard.isQuiet).toBe(true);
    expect(heard.told).toEqual(['turned']);

    await pass(heard.clock, 1_500, 250);
    expect(heard.told).toEqual(['turned', 'stalled for 2000']);
    expect(heard.questions).toBe(1);
  });

  it('and goes on lets who waits know, and its question go', async () => {
    const heard = await new Heard().proven();
    await pass(heard.clock, 500, 250);
    heard.stream.outputTokens += 1;
    await pass(heard.clock, 250, 250);

    expect(heard.told).toEqual(['turned', 'turned']);
    expect(heard.isQuiet).toBe(false);
    expect(heard.openQuestions).toBe(0);
  });

  it('on its one request, and gives a token when asked, is well', async () => {
    const heard = await new Heard().proven();
    heard.answer = 'token';
    await pass(heard.clock, 20_000, 250);

    expect(heard.told.filter((word) => word !== 'turned')).toEqual([]);
    expect(heard.questions).toBeLessThan(8);
    expect(heard.isQuiet).toBe(false);
  });

  it('and refuses the question is given half a minute', async () => {
    const heard = await new Heard().proven();
    heard.answer = 'refusal';
    await pass(heard.clock, 29_000, 250);
    expect(heard.told.filter((word) => word !== 'turned')).toEqual([]);
    await pass(heard.clock, 1_000, 250);
    expect(heard.told.at(-1)).toBe('stalled for 30000');
  });
});

describe('a replica that puts the question off', () => {
  it('and gives a token to a later one is well', async () => {
    const heard = await new Heard().proven();
    heard.answer = 'postponed';
    await pass(heard.clock, 3_000, 250);
    expect(heard.questions).toBe(3);
    heard.answer = 'token';
    await pass(heard.clock, 40_000, 250);
    expect(heard.told.filter((word) => word !== 'turned')).toEqual([]);
  });

  it('once can still be asked, and is stalled when a later question is not answered', async () => {
    const heard = await new Heard().proven();
    heard.answer = 'postponed';
    await pass(heard.clock, 500, 250);
    expect(heard.questions).toBe(1);
    expect(heard.isQuiet).toBe(false);
    heard.answer = 'never';
    await pass(heard.clock, 1_500, 250);
    expect(heard.told.at(-1)).toBe('stalled for 2000');
  });
});

describe('a bug of whoever is told', () => {
  it('in a look, or behind an answer, ends no listening', async () => {
    const heard = await new Heard().proven();
    heard.bug = new Error('a bug');
    heard.answer = 'token';
    await pass(heard.clock, 500, 250);
    expect(heard.crashes).toEqual([heard.bug, heard.bug]);
    heard.bug = undefined;
    heard.answer = 'never';
    await pass(heard.clock, 3_000, 250);
    expect(heard.told.at(-1)).toMatch(/^stalled/);
  });
});

describe('a replica that is listened to no more', () => {
  it('has no timer and no question left', async () => {
    const heard = await new Heard().proven();
    await pass(heard.clock, 500, 250);
    expect(heard.openQuestions).toBe(1);
    heard.stop();
    expect(heard.openQuestions).toBe(0);
    expect(heard.clock.timers).toBe(0);
  });
});

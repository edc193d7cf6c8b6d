import { describe, expect, it } from 'vitest';
import { seededRandom, upTo } from '../support/chance.ts';
import {
  type Fate,
  poissonMs,
  runTraffic,
  type Sent,
  thePresetWith,
} from '../support/virtual-traffic.ts';

const tp4 = thePresetWith('sglang-0.2.14-4xh100-tp4');
const presets = [tp4, tp4];

/** Requests a second that the two replicas answer where a queue never ends; prompts up to 2000, answers up to 400 tokens. */
const CAPACITY = 17;

interface Stream {
  readonly perSecond: number;
  readonly untilMs: number;
  readonly seed: number;
}

function stream(facts: Partial<Sent>, { perSecond, untilMs, seed }: Stream): Sent[] {
  const random = seededRandom(chanceOf(seed));
  return poissonMs({ perSecond, untilMs }, random).map((atMs) => ({
    atMs,
    promptTokens: upTo(2000, random),
    outputTokens: upTo(400, random),
    ...facts,
  }));
}

/** Small seeds begin alike. */
function chanceOf(seed: number): number {
  return 7919 * seed + 104_729;
}

function inOrder(...streams: readonly (readonly Sent[])[]): Sent[] {
  return streams.flat().toSorted((one, other) => one.atMs - other.atMs);
}

function waitMs({ sent, dispatchedMs = Infinity }: Fate): number {
  return dispatchedMs - sent.atMs;
}

/** The wait that a share of them stays below. */
function quantile(fates: readonly Fate[], share: number): number {
  const waits = fates.map(waitMs).toSorted((one, other) => one - other);
  return waits[Math.floor(share * (waits.length - 1))] ?? 0;
}

/** Jain's index: 1 where all have alike, 1/n where one has all. */
function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, one) => total + one, 0);
  return sum ** 2 / (shares.length * shares.reduce((total, one) => total + one ** 2, 0));
}

describe('ten tenants, one of whom sends twenty times as much as each of the others', () => {
  const tenants = Array.from({ length: 10 }, (_, index) => `tenant-${index}`);

  function flood(seed: number): readonly Fate[] {
    const streams = tenants.map((tenant, index) =>
      stream(
        { tenant },
        {
          perSecond: index === 0 ? 4 * CAPACITY : CAPACITY / 5,
          untilMs: 60_000,
          seed: seed + index,
        },
      ),
    );
    return runTraffic(inOrder(...streams), { presets });
  }

  it.each([1, 100, 200])('are served alike while all have work, seed %d', (seed) => {
    const fates = flood(seed);
    // From the first queue to the end of the traffic everyone has someone waiting.
    const within = fates.filter(
      ({ dispatchedMs = 0 }) => dispatchedMs > 30_000 && dispatchedMs < 60_000,
    );
    const served = tenants.map((tenant) =>
      within
        .filter(({ sent }) => sent.tenant === tenant)
        .reduce((sum, { sent }) => sum + sent.promptTokens + sent.outputTokens, 0),
    );

    expect(jain(served)).toBeGreaterThanOrEqual(0.95);
  });

  it('hurts itself: who sends less than its part waits next to nothing', () => {
    const modest = stream({ tenant: 'modest' }, { perSecond: 1, untilMs: 60_000, seed: 3 });
    const greedy = stream(
      { tenant: 'greedy' },
      { perSecond: 3 * CAPACITY, untilMs: 60_000, seed: 4 },
    );
    const fates = runTraffic(inOrder(modest, greedy), { presets });
    const of = (tenant: string): Fate[] => fates.filter(({ sent }) => sent.tenant === tenant);

    expect(quantile(of('modest'), 0.99)).toBeLessThan(quantile(of('greedy'), 0.5) / 10);
  });
});

describe('three priorities at five times of what can be served', () => {
  const fates = runTraffic(
    inOrder(
      stream({ priority: 2 }, { perSecond: CAPACITY / 2, untilMs: 60_000, seed: 1 }),
      stream({ priority: 1 }, { perSecond: 2 * CAPACITY, untilMs: 60_000, seed: 2 }),
      stream({ priority: 0 }, { perSecond: 2.5 * CAPACITY, untilMs: 60_000, seed: 3 }),
    ),
    { presets },
  );
  const of = (priority: number): Fate[] => fates.filter(({ sent }) => sent.priority === priority);

  it('let the highest wait for seconds at most, 99.9 per cent of it', () => {
    expect(quantile(of(2), 0.999)).toBeLessThan(4000);
  });

  it('starve nobody: the lowest is served meanwhile, and all in the end', () => {
    const meanwhile = of(0).filter(({ dispatchedMs = Infinity }) => dispatchedMs < 60_000);

    expect(meanwhile.length).toBeGreaterThan(20);
    expect(fates.filter(({ endedMs }) => endedMs === undefined)).toEqual([]);
  });
});

describe('a few long prompts among many short ones', () => {
  const long = thePresetWith('vllm-current-8xh100-tp8', { contextTokensMax: 131_072 });

  function mixed(seed: number): { readonly short: Fate[]; readonly long: Fate[] } {
    const random = seededRandom(chanceOf(seed + 50));
    const rare = poissonMs({ perSecond: 0.5, untilMs: 60_000 }, random).map((atMs) => ({
      atMs,
      promptTokens: 40_000 + upTo(20_000, random),
      outputTokens: 200,
    }));
    const often = stream({}, { perSecond: 55, untilMs: 60_000, seed });
    const fates = runTraffic(inOrder(often, rare), { presets: [long, long] });
    return {
      short: fates.filter(({ sent }) => sent.promptTokens <= 2000),
      long: fates.filter(({ sent }) => sent.promptTokens > 2000),
    };
  }

  it.each([1, 2, 3])('are all served, none passed over for long, seed %d', (seed) => {
    const { long: rare, short } = mixed(seed);

    expect(rare.length).toBeGreaterThan(10);
    expect(rare.every(({ endedMs }) => endedMs !== undefined)).toBe(true);
    // As much as it wants itself may pass, and a replica empties for it: seconds, not the length of the queue.
    expect(quantile(rare, 1)).toBeLessThan(quantile(short, 1) + 10_000);
  });
});

describe('requests with a deadline at twice of what can be served', () => {
  const DEADLINE_MS = 40_000;

  function overload(deadlineMs: number, seed = 5): readonly Fate[] {
    const traffic = stream({}, { perSecond: 2 * CAPACITY, untilMs: 150_000, seed });
    return runTraffic(
      traffic.map((sent) => ({ ...sent, deadlineMs: sent.atMs + deadlineMs })),
      { presets },
    );
  }

  function inTime(fates: readonly Fate[]): Fate[] {
    return fates.filter(({ sent, endedMs = Infinity }) => endedMs <= sent.atMs + DEADLINE_MS);
  }

  it.each([5, 6, 7])('keep it where they are let in, nine of ten at least, seed %d', (seed) => {
    const fates = overload(DEADLINE_MS, seed);
    const letIn = fates.filter(({ refused }) => refused?.message.includes('outlasts') !== true);

    expect(inTime(letIn).length / letIn.length).toBeGreaterThanOrEqual(0.9);
    expect(fates.length - letIn.length).toBeGreaterThan(fates.length / 4);
  });

  it('could not all have kept it: where nobody is refused, hardly anyone does', () => {
    expect(inTime(overload(1e9)).length).toBeLessThan(inTime(overload(DEADLINE_MS)).length / 2);
  });

  it('are never dispatched past it', () => {
    const late = overload(5000).filter(
      ({ sent, dispatchedMs = 0 }) => dispatchedMs >= sent.atMs + 5000,
    );

    expect(late).toEqual([]);
  });

  it('are told to come back after a time that the queue takes', () => {
    const refusals = overload(DEADLINE_MS).flatMap(({ refused }) => refused ?? []);

    for (const { code, retryAfterMs = 0 } of refusals) {
      expect(code).toBe('saturated');
      expect(retryAfterMs).toBeGreaterThanOrEqual(1000);
    }
  });
});

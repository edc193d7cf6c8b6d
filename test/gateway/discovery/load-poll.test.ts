import { describe, expect, it } from 'vitest';

import { isRestart, pollLoad, readLoad } from '../../../gateway/discovery/load-poll.ts';
import type { WatchLimits } from '../../../gateway/discovery/watch-terms.ts';
import type { LoadReading, LoadSource } from '../../../gateway/engines/catalog.ts';
import { aLoad } from '../../support/builders.ts';
import { ManualClock } from '../../support/clock.ts';
import type { FakePage } from '../../support/fake-pages.ts';
import { FakePages, page, refused } from '../../support/fake-pages.ts';
import { pass } from '../../support/passing-time.ts';
import { watchTerms } from '../../support/watch.ts';

const never = new AbortController().signal;

/** Pages that hold two numbers: requests that run, and work done. */
const source: LoadSource = {
  paths: ['/load'],
  read([text = ''], { askedMs }) {
    const [running, workDone] = text.split(' ').map(Number);
    if (running === undefined || text === '') return undefined;
    const load = aLoad({ takenAtMs: askedMs, runningRequests: running });
    return { load, startedAt: undefined, workDone };
  },
};

function reading(facts: Partial<LoadReading>): LoadReading {
  return { load: aLoad(), startedAt: undefined, workDone: undefined, ...facts };
}

function polled(first: FakePage, limits: Partial<WatchLimits> = {}) {
  const pages = new FakePages({ '/load': first });
  const terms = watchTerms(pages.read, limits);
  const heard: unknown[] = [];
  const stop = pollLoad(terms, source, {
    tells: ({ takenAtMs, runningRequests }) => heard.push([takenAtMs, runningRequests]),
    restarted: () => heard.push('restarted'),
    down: (reason) => heard.push(reason),
  });
  return {
    pages,
    heard,
    stop,
    clock: terms.clock,
    answer: (next: FakePage) => pages.pages.set('/load', next),
  };
}

describe('one look at the load', () => {
  it('is dated to before it was asked for', async () => {
    const clock = new ManualClock(500);
    const { read } = new FakePages({ '/load': page('3 10') });
    const slow: typeof read = async (path, signal) => {
      clock.advance(70);
      return read(path, signal);
    };
    expect((await readLoad(slow, source, clock, never))?.load.takenAtMs).toBe(500);
  });

  it('asks for all its pages at once, and gives them in their order', async () => {
    const pages = new FakePages({ '/a': page('first'), '/b': page('second') });
    const two: LoadSource = {
      paths: ['/a', '/b'],
      read(bodies) {
        expect(bodies).toEqual(['first', 'second']);
        return reading({});
      },
    };
    await readLoad(pages.read, two, new ManualClock(), never);
    expect(pages.openMax).toBe(2);
  });

  it('is none where a page is not there, and fails where one does not come', async () => {
    const clock = new ManualClock();
    const { read } = new FakePages({ '/load': { status: 500, body: '3 10' } });
    expect(await readLoad(read, source, clock, never)).toBeUndefined();
    const down = new FakePages({ '/load': refused });
    await expect(readLoad(down.read, source, clock, never)).rejects.toBe(refused);
  });
});

describe('a polled load', () => {
  it('is told at once and then at the interval', async () => {
    const { heard, clock } = polled(page('3 10'));
    await pass(clock, 250);
    expect(heard).toEqual([
      [0, 3],
      [100, 3],
      [200, 3],
    ]);
  });

  it('is not told by a page that holds none', async () => {
    const { heard, clock, answer } = polled(page(''));
    await pass(clock, 250);
    answer({ status: 500, body: '' });
    await pass(clock, 1_000);
    expect(heard).toEqual([]);
  });

  it('only ages while its page is late, however often', async () => {
    const { pages, heard, clock } = polled('silence', { loadTimeoutMs: 300 });
    await pass(clock, 10_000);
    expect(heard).toEqual([]);
    expect(pages.openMax).toBe(1);
    expect(pages.timesAsked('/load')).toBeGreaterThan(5);
  });

  it('finds nobody there after refusals as often as may be, and not before', async () => {
    const { heard, clock, answer } = polled(page('3 10'), { failuresMax: 3 });
    await pass(clock, 50);
    answer(refused);
    await pass(clock, 200);
    expect(heard).toEqual([[0, 3]]);
    await pass(clock, 100);
    expect(heard).toEqual([[0, 3], refused.message]);
  });

  it('counts only refusals in a row', async () => {
    const { heard, clock, answer } = polled(page(''), { failuresMax: 2 });
    await pass(clock, 50);
    for (const next of [refused, page(''), refused, { status: 500, body: '' }, refused]) {
      answer(next);
      await pass(clock, 100);
    }
    expect(heard).toEqual([]);
  });

  it('notices another process by work that goes back', async () => {
    const { heard, clock, answer } = polled(page('3 10'));
    await pass(clock, 50);
    answer(page('0 4'));
    await pass(clock, 100);
    expect(heard).toEqual([[0, 3], 'restarted']);
  });

  it('says nothing once it is stopped, not even what is under way', async () => {
    const { pages, heard, stop, clock } = polled('silence');
    await pass(clock, 10);
    expect(pages.open).toBe(1);

    stop();
    await pass(clock, 10_000);

    expect(heard).toEqual([]);
    expect(pages.open).toBe(0);
    expect(clock.timers).toBe(0);
  });
});

describe('a restart', () => {
  it('shows in another start of the process, whatever the work', () => {
    const before = reading({ startedAt: 100, workDone: 5 });
    expect(isRestart(before, reading({ startedAt: 100, workDone: 1 }))).toBe(false);
    expect(isRestart(before, reading({ startedAt: 101, workDone: 9 }))).toBe(true);
  });

  it('shows in work that goes back, where no start is told', () => {
    expect(isRestart(reading({ workDone: 5 }), reading({ workDone: 4 }))).toBe(true);
    expect(isRestart(reading({ workDone: 5 }), reading({ workDone: 5 }))).toBe(false);
    expect(isRestart(reading({ startedAt: 1, workDone: 5 }), reading({ workDone: 4 }))).toBe(true);
  });

  it('does not show in what is not told, nor in the first reading', () => {
    expect(isRestart(undefined, reading({ workDone: 0 }))).toBe(false);
    expect(isRestart(reading({}), reading({ workDone: 0 }))).toBe(false);
    expect(isRestart(reading({ workDone: 7 }), reading({}))).toBe(false);
  });
});

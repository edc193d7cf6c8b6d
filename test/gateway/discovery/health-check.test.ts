import { describe, expect, it } from 'vitest';

import { checkHealth, reasonOf, watchHealth } from '../../../gateway/discovery/health-check.ts';
import type { WatchLimits } from '../../../gateway/discovery/watch-terms.ts';
import { FakePages, page, refused } from '../../support/fake-pages.ts';
import { pass } from '../../support/passing-time.ts';
import { watchTerms } from '../../support/watch.ts';

const never = new AbortController().signal;
const models = page({ data: [{ id: 'llama' }] });

function watched(limits: Partial<WatchLimits> = {}) {
  const pages = new FakePages({ '/health': page(''), '/v1/models': models });
  const terms = watchTerms(pages.read, limits);
  const heard: string[] = [];
  const stop = watchHealth(terms, '/health', {
    declined: (reason, status) => heard.push(`${status}: ${reason}`),
    silent: (reason) => heard.push(reason),
    lists: (ids) => heard.push(ids.join()),
  });
  return { pages, heard, stop, clock: terms.clock };
}

describe('one look at the health', () => {
  it('is good with a 200', async () => {
    const { read } = new FakePages({ '/health': page('') });
    expect(await checkHealth(read, '/health', never)).toEqual({ kind: 'good' });
  });

  it('tells a refusal from silence', async () => {
    const pages = new FakePages({ '/health': { status: 503, body: '' }, '/v1/models': refused });
    expect(await checkHealth(pages.read, '/health', never)).toEqual({
      kind: 'declined',
      reason: 'it answers 503 to /health',
      status: 503,
    });
    expect(await checkHealth(pages.read, '/v1/models', never)).toEqual({
      kind: 'silent',
      reason: 'connect ECONNREFUSED 127.0.0.1:1',
    });
  });

  it('gives a reason for whatever is thrown', () => {
    expect(reasonOf(new Error('no'))).toBe('no');
    expect(reasonOf('no')).toBe('no');
  });
});

describe('a watched health', () => {
  it('is looked at after an interval, and again after each', async () => {
    const { pages, clock } = watched();
    await pass(clock, 990);
    expect(pages.timesAsked('/health')).toBe(0);
    await pass(clock, 10);
    expect(pages.timesAsked('/health')).toBe(1);
    await pass(clock, 2_000);
    expect(pages.timesAsked('/health')).toBe(3);
  });

  it('brings the list of models along', async () => {
    const { heard, clock } = watched();
    await pass(clock, 1_000);
    expect(heard).toEqual(['llama']);
  });

  it('is not brought down by a list that does not come', async () => {
    const { pages, heard, clock } = watched();
    pages.pages.set('/v1/models', refused);
    await pass(clock, 5_000);
    expect(heard).toEqual([]);
    pages.pages.set('/v1/models', { status: 500, body: '' });
    await pass(clock, 5_000);
    expect(heard).toEqual([]);
  });

  it('is down at once when the engine says no', async () => {
    const { pages, heard, clock } = watched();
    pages.pages.set('/health', { status: 503, body: '' });
    await pass(clock, 1_000);
    expect(heard).toEqual(['503: it answers 503 to /health']);
  });

  it('is down after silence as often as may be, and not before', async () => {
    const { pages, heard, clock } = watched({ failuresMax: 3 });
    pages.pages.set('/health', refused);
    await pass(clock, 2_000);
    expect(heard).toEqual([]);
    await pass(clock, 1_000);
    expect(heard).toEqual([refused.message]);
  });

  it('counts only silence in a row', async () => {
    const { pages, heard, clock } = watched({ failuresMax: 2 });
    pages.pages.set('/v1/models', refused);
    for (const answer of [refused, page(''), refused, page('')]) {
      pages.pages.set('/health', answer);
      await pass(clock, 1_000);
    }
    expect(heard).toEqual([]);
  });

  it('takes an answer that is late for silence', async () => {
    const { pages, heard, clock } = watched({ failuresMax: 1, healthTimeoutMs: 2_000 });
    pages.pages.set('/health', 'silence');
    await pass(clock, 2_990);
    expect(heard).toEqual([]);
    await pass(clock, 10);
    expect(heard).toHaveLength(1);
  });

  it('says nothing once it is stopped, not even what is under way', async () => {
    const { pages, heard, stop, clock } = watched({ failuresMax: 1 });
    pages.pages.set('/health', 'silence');
    await pass(clock, 1_000);
    expect(pages.open).toBe(1);

    stop();
    await pass(clock, 10_000);

    expect(heard).toEqual([]);
    expect(pages.open).toBe(0);
    expect(clock.timers).toBe(0);
  });
});

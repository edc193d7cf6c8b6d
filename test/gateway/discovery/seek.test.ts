import { describe, expect, it } from 'vitest';

import type { SeekTerms } from '../../../gateway/discovery/seek.ts';
import { seekEngine } from '../../../gateway/discovery/seek.ts';
import type { FakePage } from '../../support/fake-pages.ts';
import { ManualClock } from '../../support/clock.ts';
import { FakePages, page, refused } from '../../support/fake-pages.ts';
import { pass } from '../../support/passing-time.ts';
import { watchTerms } from '../../support/watch.ts';

const models = page({ data: [{ id: 'llama', owned_by: 'vllm' }] });
const vllmPages = {
  '/v1/models': models,
  '/version': page({ version: '0.32.0' }),
  '/health': page(''),
};

function sought(
  pages: Readonly<Record<string, FakePage>>,
  { delayMs = 0, ...facts }: Partial<SeekTerms> & { readonly delayMs?: number } = {},
) {
  const engine = new FakePages(pages);
  const terms = { ...watchTerms(engine.read), random: () => 0, named: undefined, ...facts };
  const heard: string[] = [];
  const stop = seekEngine(terms, delayMs, {
    found: ({ kind, models: ids }) => heard.push(`found ${kind.name} ${ids.join()}`),
    absent: (reason) => heard.push(reason),
  });
  return { engine, heard, stop, clock: watchClock(terms) };
}

function watchClock({ clock }: SeekTerms) {
  return clock as ReturnType<typeof watchTerms>['clock'];
}

describe('the search for an engine', () => {
  it('ends when it answers and is healthy', async () => {
    const { engine, heard, clock } = sought(vllmPages);
    await pass(clock, 10);
    expect(heard).toEqual(['found vllm llama']);

    const asked = engine.asked.length;
    await pass(clock, 60_000, 1_000);
    expect(engine.asked).toHaveLength(asked);
  });

  it('begins after the delay', async () => {
    const { heard, clock } = sought(vllmPages, { delayMs: 300 });
    await pass(clock, 290);
    expect(heard).toEqual([]);
    await pass(clock, 10);
    expect(heard).toHaveLength(1);
  });

  it('goes on at growing intervals while nobody answers', async () => {
    const { engine, heard, clock } = sought({ '/v1/models': refused });
    // 200, 400 and 800 ms apart.
    await pass(clock, 1_390);
    expect(heard).toEqual([refused.message, refused.message, refused.message]);
    await pass(clock, 10);
    expect(heard).toHaveLength(4);
    expect(engine.asked).toHaveLength(4);
  });

  it('tries at least as often as the longest wait says', async () => {
    const { heard, clock } = sought({ '/v1/models': refused });
    await pass(clock, 60_000, 100);
    const before = heard.length;
    await pass(clock, 5_000, 100);
    expect(heard).toHaveLength(before + 1);
  });

  it('goes on while the engine says that it starts', async () => {
    const { engine, heard, clock } = sought({ ...vllmPages, '/health': { status: 503, body: '' } });
    await pass(clock, 10);
    expect(heard).toEqual(['it answers 503 to /health']);

    engine.pages.set('/health', page(''));
    await pass(clock, 200);
    expect(heard.at(-1)).toBe('found vllm llama');
  });

  it('goes on after an engine that takes the connection and says nothing', async () => {
    const { engine, heard, clock } = sought({ ...vllmPages, '/v1/models': 'silence' });
    await pass(clock, 2_000);
    expect(heard).toEqual(['aborted']);

    engine.pages.set('/v1/models', models);
    await pass(clock, 200);
    expect(heard.at(-1)).toBe('found vllm llama');
  });

  it.each([['absent'], ['found']] as const)(
    'goes on, ever later, behind a bug where it tells that it is %s',
    async (word) => {
      const engine = new FakePages(word === 'found' ? vllmPages : { '/v1/models': refused });
      const crashes: unknown[] = [];
      const clock = new ManualClock();
      const bug = (): never => {
        throw new Error('a bug');
      };
      const terms = { ...watchTerms(engine.read), clock, random: () => 0, named: undefined };
      const stop = seekEngine({ ...terms, crashed: (error) => crashes.push(error) }, 0, {
        found: bug,
        absent: bug,
      });
      await pass(clock, 590);
      expect(crashes).toHaveLength(2);
      await pass(clock, 10);
      expect(crashes).toHaveLength(3);
      stop();
      expect(clock.timers).toBe(0);
    },
  );

  it('wants as many good looks in a row as it is told', async () => {
    const limits = { ...watchTerms(new FakePages().read).limits, successesMin: 3 };
    const { engine, heard, clock } = sought(vllmPages, { limits });
    await pass(clock, 1_010);
    engine.pages.set('/health', refused);
    await pass(clock, 1_000);
    expect(heard).toEqual([refused.message]);

    engine.pages.set('/health', page(''));
    await pass(clock, 2_180);
    expect(heard).toHaveLength(1);
    await pass(clock, 10);
    expect(heard.at(-1)).toBe('found vllm llama');
  });

  it('takes a named engine at its word', async () => {
    const { heard, clock } = sought(
      { '/v1/models': models, '/health': page('') },
      { named: 'sglang' },
    );
    await pass(clock, 10);
    expect(heard).toEqual(['found sglang llama']);
  });

  it('ends when it is stopped, between tries and within one', async () => {
    for (const answer of [refused, 'silence'] as const) {
      const { engine, heard, stop, clock } = sought({ '/v1/models': answer });
      await pass(clock, 50);
      const before = heard.length;

      stop();
      await pass(clock, 10_000, 100);

      expect(heard).toHaveLength(before);
      expect(engine.open).toBe(0);
      expect(clock.timers).toBe(0);
    }
  });
});

describe('the search for an engine that stood still', () => {
  const silent = { ...vllmPages, '/v1/completions': 'silence' } as const;

  it('ends when it gives a token', async () => {
    const { engine, heard, clock } = sought(silent, { mustGenerate: true });
    await pass(clock, 5_100);
    expect(heard).toEqual(['it answers its checks, and gives no token']);
    engine.pages.set('/v1/completions', page({ choices: [] }));
    await pass(clock, 200);
    expect(heard.at(-1)).toBe('found vllm llama');
  });

  it('leaves few questions with one that answers none', async () => {
    const { engine, clock } = sought(silent, { mustGenerate: true });
    await pass(clock, 10_000, 50);
    expect(engine.timesAsked('/v1/completions')).toBeLessThanOrEqual(2);
  });

  it('goes on while it puts the question off', async () => {
    const pages = { ...vllmPages, '/v1/completions': { status: 503, body: '' } };
    const { engine, heard, clock } = sought(pages, { mustGenerate: true });
    await pass(clock, 10);
    expect(heard).toEqual(['it answers its checks, and gives no token']);
    engine.pages.set('/v1/completions', page({ choices: [] }));
    await pass(clock, 200);
    expect(heard.at(-1)).toBe('found vllm llama');
  });

  it('is content with one that cannot be asked', async () => {
    const { heard, clock } = sought(vllmPages, { mustGenerate: true });
    await pass(clock, 10);
    expect(heard).toEqual(['found vllm llama']);
  });

  it('asks for no token where it did not', async () => {
    const { engine, clock } = sought(silent);
    await pass(clock, 10);
    expect(engine.timesAsked('/v1/completions')).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { ProgressLine } from '../../../gateway/cli/progress-line.ts';
import type { ProgressPlan } from '../../../gateway/cli/progress-line.ts';
import type { LoadProgress } from '../../../gateway/replay/load-generator.ts';

const plan: ProgressPlan = { requests: 1000, outputTokens: 10_000, expectedMs: 300_000 };

const progress = (fields: Partial<LoadProgress> = {}): LoadProgress => ({
  sent: 1000,
  running: 437,
  finished: 120,
  failed: 0,
  outputTokens: 0,
  elapsedMs: 0,
  speed: 3,
  ...fields,
});

function written(
  updates: readonly LoadProgress[],
  options: { readonly isTTY?: boolean; readonly plan?: ProgressPlan } = {},
): string[] {
  const texts: string[] = [];
  const output = { isTTY: options.isTTY ?? true, write: (text: string) => texts.push(text) };
  const line = new ProgressLine(output, options.plan ?? plan);
  for (const update of updates) line.update(update);
  line.end();
  return texts;
}

describe('the progress line', () => {
  it('tells sent, running, finished, tokens a second and the time left', () => {
    const texts = written([
      progress({ elapsedMs: 10_000, outputTokens: 1000 }),
      progress({ elapsedMs: 12_000, outputTokens: 7824 }),
    ]);

    expect(texts[1]?.trim()).toBe(
      'sent 1000/1000  running 437  finished 120  3,412 tok/s  1:36 left',
    );
  });

  it('tells failures once there are some', () => {
    expect(written([progress({ failed: 2 })])[0]).toContain('finished 120  failed 2  ');
    expect(written([progress()])[0]).not.toContain('failed');
  });

  it('tells the pace of the last seconds, not of the whole run', () => {
    const texts = written([
      progress({ elapsedMs: 0, outputTokens: 0 }),
      progress({ elapsedMs: 100_000, outputTokens: 1_000_000 }),
      progress({ elapsedMs: 104_000, outputTokens: 1_000_400 }),
    ]);

    expect(texts[2]).toContain('  100 tok/s');
  });

  it('tells wall time left: less at a higher speed', () => {
    expect(written([progress({ elapsedMs: 0, speed: 1 })])[0]).toContain('5:00 left');
    expect(written([progress({ elapsedMs: 0, speed: 3 })])[0]).toContain('1:40 left');
  });

  it('goes by the work that is left once the run takes longer than foretold', () => {
    const late = progress({ elapsedMs: 300_000, outputTokens: 8000, speed: 1 });

    expect(written([{ ...late, elapsedMs: 299_000 }])[0]).toContain('0:01 left');
    expect(written([late])[0]).toContain('1:15 left');
    expect(written([{ ...late, outputTokens: 12_000 }])[0]).toContain('0:00 left');
  });

  it('finds the time left out on the way where nobody knows it', () => {
    const unknown = { plan: { ...plan, expectedMs: undefined } };
    const half = progress({ elapsedMs: 60_000, outputTokens: 5000, finished: 10, speed: 1 });

    expect(written([half], unknown)[0]).toContain('1:00 left');
    expect(written([{ ...half, outputTokens: 0 }], unknown)[0]).toContain('-:-- left');
  });

  it('foretells nothing by the first tokens of requests of which few have finished', () => {
    const at = (finished: number, requests: number): string | undefined =>
      written([progress({ elapsedMs: 60_000, outputTokens: 5000, finished })], {
        plan: { requests, outputTokens: 10_000, expectedMs: undefined },
      })[0];

    expect(at(9, 1000)).toContain('-:-- left');
    expect(at(10, 1000)).not.toContain('-:--');
    expect(at(0, 5)).toContain('-:-- left');
    expect(at(1, 5)).not.toContain('-:--');
  });

  it('is written over on a terminal, also by a shorter one, and left at the end', () => {
    const [first, second, last] = written([progress({ failed: 10 }), progress()]);

    expect(first?.startsWith('\r')).toBe(true);
    expect(second).toHaveLength(first?.length ?? 0);
    expect(last).toBe('\n');
  });

  it('comes every ten wall seconds where it cannot be written over', () => {
    const updates = [0, 29_999, 30_000, 59_999, 60_000].map((elapsedMs) => progress({ elapsedMs }));
    const texts = written(updates, { isTTY: false });

    expect(texts).toHaveLength(3);
    for (const text of texts) expect(text).toMatch(/^sent .* left\n$/u);
  });

  it('says nothing when there was nothing to say', () => {
    expect(written([])).toEqual([]);
  });
});

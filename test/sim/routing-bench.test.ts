import { describe, expect, it } from 'vitest';
import { toldOutput } from '../../gateway/replay/virtual/output-knowledge.ts';
import { measureCapacity } from '../bench/routing/capacity.ts';
import { contestants } from '../bench/routing/contestants.ts';
import { withFigures } from '../bench/routing/docs.ts';
import { engine, engineKinds, withKvShare } from '../bench/routing/engines.ts';
import { GapHistogram } from '../bench/routing/gap-histogram.ts';
import type { Line } from '../bench/routing/line.ts';
import { metricNames } from '../bench/routing/metrics.ts';
import { judgeAll } from '../bench/routing/must-show.ts';
import { benchPage } from '../bench/routing/page.ts';
import { bestOf, estimateOf, pairedDifference } from '../bench/routing/results.ts';
import type { BenchResult, ContestantResult } from '../bench/routing/results.ts';
import { jain } from '../bench/routing/run-meter.ts';
import { runOnce } from '../bench/routing/run.ts';
import { allLines } from '../bench/routing/scenarios/catalog.ts';
import { finalSeeds, tuningSeeds } from '../bench/routing/seeds.ts';
import { Spread } from '../bench/routing/spread.ts';
import { lineTable } from '../bench/routing/table.ts';
import { burst, halfHidden, poissonOf, publishedLengths } from '../bench/routing/traffic.ts';

const aLine = (kind: Line['kind']): Line => {
  const preset = withKvShare(engine(kind), 0.25);
  return {
    scenario: 'S2',
    variant: '95 %',
    kind,
    presets: [preset, preset],
    calibration: publishedLengths,
    loadShare: 0.95,
    traffic: (seed, { requestsPerSecond }) =>
      poissonOf(publishedLengths, {
        requests: 60,
        rate: 0.95 * requestsPerSecond,
        warmUpShare: 0.2,
        seed,
      }),
    knowledge: () => toldOutput,
    bounds: ['late-in-order', 'late-short-first', 'soonest-prefill', 'shortest-work'],
    metrics: metricNames,
  };
};

describe.each(engineKinds)('a line of the bench on %s engines', (kind) => {
  const line = aLine(kind);
  const capacity = measureCapacity(line);

  it('has a capacity of some requests a second for each replica', () => {
    expect(capacity.requestsPerSecond).toBeGreaterThan(2);
    expect(capacity.requestsPerSecond).toBeLessThan(3.5);
  });

  it.each(contestants)('is run to its end by $name, and the same again', (contestant) => {
    const terms = { contestant, seed: 3, capacity };
    const figures = runOnce(line, terms);

    expect(runOnce(line, terms)).toEqual(figures);
    expect(figures.ttftP99Ms).toBeGreaterThanOrEqual(figures.ttftP50Ms);
    expect(figures.goodput).toBeGreaterThan(0.5);
    expect(figures.goodput).toBeLessThan(1.2);
    expect(figures.recomputed).toBeLessThan(0.2);
  });
});

describe('the lines of the bench', () => {
  const lines = allLines({ steadyRequests: 100 });

  it('are of all eight scenarios, each under a name of its own', () => {
    const names = lines.map(({ scenario, variant, kind }) => `${scenario} ${variant} ${kind}`);

    expect(new Set(lines.map(({ scenario }) => scenario)).size).toBe(8);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(lines.map((line) => [`${line.scenario} ${line.variant}, ${line.kind}`, line] as const))(
    '%s sends the same for the same seed, in order of arrival',
    (_name, { traffic }) => {
      const capacity = { requestsPerSecond: 5, outputTokensPerSecond: 5000 };
      const { own, hidden, arrivalsEndMs } = traffic(2, capacity);
      const arrivals = own.map(({ arrivalMs }) => arrivalMs);

      expect(traffic(2, capacity)).toEqual({ ...traffic(2, capacity), own, hidden });
      expect(arrivals).toEqual(arrivals.toSorted((one, other) => one - other));
      expect(arrivals.at(-1)).toBeLessThanOrEqual(arrivalsEndMs);
    },
    30_000,
  );
});

describe('the traffic of the bench', () => {
  it('is of the same work for every seed', () => {
    const work = (seed: number): number =>
      burst(1000, publishedLengths, seed).own.reduce(
        (sum, { promptTokens, outputTokens }) => sum + promptTokens + outputTokens,
        0,
      );

    expect(Math.abs(work(1) / work(2) - 1)).toBeLessThan(0.001);
    expect(work(1) / 1000).toBeCloseTo(2048.5 + 1024.5, -2);
  });

  it('comes at the asked rate', () => {
    const plan = { requests: 400, rate: 8, warmUpShare: 0.25, seed: 1 };
    const { own } = poissonOf(publishedLengths, plan);

    expect(own).not.toEqual(poissonOf(publishedLengths, { ...plan, seed: 2 }).own);
    expect(own.at(-1)?.arrivalMs).toBeGreaterThan(48_000);
    expect(own.at(-1)?.arrivalMs).toBeLessThanOrEqual(50_000);
  });

  it('is hidden by half, and nothing of it is lost', () => {
    const { own, hidden } = halfHidden(burst(1000, publishedLengths, 1), 1);

    expect(own.length + hidden.length).toBe(1000);
    expect(Math.abs(own.length - 500)).toBeLessThan(60);
  });
});

describe('the figures of the bench', () => {
  it('know Jain’s index', () => {
    expect(jain([5, 5, 5, 5])).toBe(1);
    expect(jain([7, 0, 0, 0])).toBe(0.25);
    expect(jain([1, 2])).toBeCloseTo(0.9);
    expect(jain([])).toBe(1);
    expect(jain([0, 0])).toBe(1);
  });

  it('know percentiles of gaps to a half of a percent', () => {
    const gaps = new GapHistogram();
    for (let gap = 1; gap <= 1000; gap++) gaps.add(gap);

    expect(gaps.percentile(99) / 990).toBeCloseTo(1, 1);
    expect(gaps.percentile(50) / 500).toBeCloseTo(1, 1);
    expect(new GapHistogram().percentile(99)).toBe(0);
  });

  it('know how even requests lay when there were most of them', () => {
    const spread = new Spread(['a', 'b']);
    spread.came('a', true);
    spread.came('b', true);
    spread.came('a', true);
    spread.came('a', false);
    spread.left('a');
    spread.left('a');

    expect(spread.atItsFullest).toBe(1.5);
    expect(spread.afterTheTick).toBeCloseTo(4 / 3);
  });

  it('know the standard error of a mean and of paired differences', () => {
    expect(estimateOf([1, 2, 3])).toEqual({ mean: 2, standardError: Math.sqrt(1 / 3) });
    expect(estimateOf([4])).toEqual({ mean: 4, standardError: 0 });
    const one = aContestant('one', 'ours', [10, 20, 30]);
    const other = aContestant('other', 'rival', [11, 21, 31]);
    expect(pairedDifference(one, other, 'ttftP99Ms')).toEqual({ mean: -1, standardError: 0 });
    expect(bestOf([other, one], 'ttftP99Ms')).toBe(one);
  });

  it('are drawn from seeds that no tuning has seen, once they are final', () => {
    expect(finalSeeds.filter((seed) => tuningSeeds.includes(seed))).toEqual([]);
    expect(finalSeeds.length).toBeGreaterThanOrEqual(10);
  });
});

function aContestant(
  name: string,
  side: ContestantResult['side'],
  ttftP99Ms: readonly number[],
): ContestantResult {
  return { name, side, values: { ttftP99Ms } };
}

function aResult(own: number): BenchResult {
  return {
    command: 'npm run bench:routing',
    date: '2026-01-01',
    machine: 'a machine',
    seeds: [1, 2],
    steadyRequests: 10,
    lines: [
      {
        scenario: 'S2',
        variant: '95 %',
        kind: 'mixed',
        fleet: '4 × engine',
        loadShare: 0.95,
        capacity: { requestsPerSecond: 5, outputTokensPerSecond: 5000 },
        metrics: ['ttftP99Ms'],
        contestants: [
          aContestant('kv-aware', 'ours', [own, own]),
          aContestant('other', 'rival', [2000, 2000]),
          aContestant('knowing', 'bound', [1000, 1000]),
        ],
      },
    ],
  };
}

describe('the report of the bench', () => {
  it.each([
    [1000, [true, true, true]],
    [1600, [true, true, false]],
    [1710, [true, false, false]],
    [2050, [false, false, false]],
  ])('judges a p99 of %d ms against 2000 of the best rival and a bound of 1000', (own, holds) => {
    expect(judgeAll(aResult(own)).map((one) => one.holds)).toEqual([...holds]);
  });

  it('shows everyone, the bound, and the difference to the best rival', () => {
    const [line] = aResult(1500).lines;
    if (line === undefined) throw new Error('no line');

    const table = lineTable(line);

    expect(table).toContain('capacity 5.00 requests/s, 5000 output tokens/s, offered 95 %');
    expect(table).toMatch(/kv-aware +1\.5 s ×1\.50/);
    expect(table).toMatch(/\(knowing\) +1 s ×1\.00/);
    expect(table).toMatch(/ours − best rival +-500 ms ± 0 ms/);
  });

  it('makes a page of its own and the figures of the docs', () => {
    const page = withFigures('before <!-- figures -->old<!-- /figures --> after', aResult(1500));

    expect(page).toMatch(/^before <!-- figures -->\n/);
    expect(page).toMatch(/<!-- \/figures --> after$/);
    expect(page).not.toContain('->old');
    expect(page).toContain('| S2 95 %, mixed | TTFT p99 | 1.5 s | 2 s (other) |');
    expect(() => withFigures('nothing', aResult(1500))).toThrow('is missing');
    expect(benchPage(aResult(1500))).toContain('<svg');
  });
});

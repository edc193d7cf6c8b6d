import { figureText } from './figure-text.ts';
import type { MetricName } from './metrics.ts';
import { metricKinds } from './metrics.ts';
import { bestOf, meanOf, ofSide, titleOf } from './results.ts';
import type { BenchResult, ContestantResult, LineResult } from './results.ts';
import { boundOf, rivals } from './table.ts';

/** One promise on one line, and what came of it. */
export interface Shown {
  readonly promise: string;
  readonly line: string;
  readonly figure: string;
  readonly holds: boolean;
}

/** What "never worse" looks at. */
const comparedMetrics: readonly MetricName[] = [
  'ttftP50Ms',
  'ttftP99Ms',
  'gapP99Ms',
  'goodput',
  'makespanMs',
  'recomputed',
];

type Judge = (line: LineResult, ours: ContestantResult) => readonly Shown[];

/** Every promise, judged on every line that it speaks of. */
export function judgeAll({ lines }: BenchResult): readonly Shown[] {
  return judges.flatMap((judge) =>
    lines.flatMap((line) => {
      const [ours] = ofSide(line, 'ours');
      return ours === undefined ? [] : judge(line, ours);
    }),
  );
}

/** Best, or within two in a hundred of the best of all policies; differences below a metric's grain are none. */
const neverWorse: Judge = (line, ours) =>
  comparedMetrics
    .filter((metric) => line.metrics.includes(metric))
    .map((metric) => {
      const best = bestOf(ofSide(line, 'ours', 'plain', 'rival'), metric) ?? ours;
      const [own, other] = [meanOf(ours, metric), meanOf(best, metric)];
      const { better, grain, title } = metricKinds[metric];
      const worse = better === 'less' ? own - other : other - own;
      return {
        promise: 'never worse: within 2 % of the best policy',
        line: `${titleOf(line)}, ${title}`,
        figure: `${figureText(metric, own)}, best ${figureText(metric, other)} (${best.name})`,
        holds: worse <= Math.max(0.02 * other, grain),
      };
    });

const isAt95 = ({ scenario, variant }: LineResult): boolean =>
  ['S2', 'S3', 'S4', 'S8'].includes(scenario) && variant.includes('95 %');

const betterWhereItMatters: Judge = (line, ours) => {
  if (!isAt95(line)) return [];
  const best = bestOf(rivals(line), 'ttftP99Ms') ?? ours;
  const ratio = meanOf(ours, 'ttftP99Ms') / meanOf(best, 'ttftP99Ms');
  return [
    {
      promise: 'p99 TTFT at least 15 % below the best rival at 95 %',
      line: titleOf(line),
      figure: `${percentText(ratio - 1)} against ${best.name}`,
      holds: ratio <= 0.85,
    },
  ];
};

const goodputUnderOverload: Judge = (line, ours) =>
  line.scenario === 'S2' && line.variant === '110 %'
    ? [
        atLeast(
          'goodput at 110 % at least 95 % of capacity',
          { line, ours, metric: 'goodput' },
          0.95,
        ),
      ]
    : [];

/** Scenario, what tells the line, metric and how near to the bound it has to be. */
const nearness: readonly (readonly [string, string, MetricName, number])[] = [
  ['S1', '', 'makespanMs', 1.03],
  ['S2', '95 %', 'ttftP99Ms', 1.5],
  ['S2', '85 %', 'ttftP99Ms', 1.25],
  ['S3', '', 'ttftP99Ms', 1.5],
  ['S5', 'hot', 'ttftP99Ms', 1.5],
];

const nearTheBound: Judge = (line, ours) =>
  nearness
    .filter(([scenario, variant]) => line.scenario === scenario && line.variant.includes(variant))
    .map(([, , metric, most]) => {
      const ratio = meanOf(ours, metric) / boundOf(line, metric);
      return {
        promise: `${metricKinds[metric].title} at most ${most} × the bound`,
        line: titleOf(line),
        figure: `${ratio.toFixed(2)} ×`,
        holds: ratio <= most,
      };
    });

const spread: Judge = (line, ours) => {
  if (line.scenario === 'S6' && line.variant.startsWith('200')) {
    return [atMost('max/mean of what is dispatched 1.00', { line, ours, metric: 'tickSpread' }, 1)];
  }
  if (line.scenario !== 'S1' && line.scenario !== 'S6') return [];
  return [atMost('max/mean in flight at most 1.15', { line, ours, metric: 'spread' }, 1.15)];
};

const preemption: Judge = (line, ours) => {
  if (!line.metrics.includes('recomputed')) return [];
  const told = { line, ours, metric: 'recomputed' } as const;
  if (['S1', 'S2'].includes(line.scenario)) return [atMost('no preemption', told, 0)];
  if (!['S3', 'S4'].includes(line.scenario)) return [];
  return [atMost('under 0.5 % of tokens recomputed', told, 0.005)];
};

const fairness: Judge = (line, ours) => [
  ...(line.metrics.includes('jain')
    ? [atLeast('Jain index at least 0.95', { line, ours, metric: 'jain' }, 0.95)]
    : []),
  ...(line.metrics.includes('topSlo')
    ? [atLeast('top priority within SLO at 5 ×', { line, ours, metric: 'topSlo' }, 0.999)]
    : []),
];

const judges: readonly Judge[] = [
  neverWorse,
  betterWhereItMatters,
  goodputUnderOverload,
  nearTheBound,
  spread,
  preemption,
  fairness,
];

interface Judged {
  readonly line: LineResult;
  readonly ours: ContestantResult;
  readonly metric: MetricName;
}

function atLeast(promise: string, { line, ours, metric }: Judged, least: number): Shown {
  const value = meanOf(ours, metric);
  const figure = figureText(metric, value);
  return { promise, line: titleOf(line), figure, holds: value >= least };
}

function atMost(promise: string, { line, ours, metric }: Judged, most: number): Shown {
  const value = meanOf(ours, metric);
  const figure = figureText(metric, value);
  return { promise, line: titleOf(line), figure, holds: value <= most };
}

function percentText(share: number): string {
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(0)} %`;
}

/** How many lines of each promise hold, and each that does not. */
export function mustShowTable(result: BenchResult): string {
  const shown = judgeAll(result);
  const promises = [...new Set(shown.map(({ promise }) => promise))];
  const width = Math.max(...promises.map(({ length }) => length));
  return promises
    .flatMap((promise) => {
      const all = shown.filter((one) => one.promise === promise);
      const failed = all.filter(({ holds }) => !holds);
      const verdict = failed.length === 0 ? 'pass' : 'FAIL';
      return [
        `${verdict}  ${promise.padEnd(width)}  ${all.length - failed.length} of ${all.length} lines`,
        ...all
          .filter(({ holds }) => !holds || all.length <= LISTED_MAX)
          .map(({ line, figure, holds }) => `        ${holds ? '✓' : '✗'} ${line}: ${figure}`),
      ];
    })
    .join('\n');
}

/** Promises of so few lines are listed whole. */
const LISTED_MAX = 8;

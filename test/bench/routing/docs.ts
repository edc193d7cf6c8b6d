import { figureText, ratioText } from './figure-text.ts';
import type { MetricName } from './metrics.ts';
import { metricKinds } from './metrics.ts';
import { judgeAll } from './must-show.ts';
import { bestOf, meanOf, ofSide, pairedDifference, titleOf } from './results.ts';
import type { BenchResult, LineResult } from './results.ts';
import { boundOf, rivals } from './table.ts';

const FROM = '<!-- figures -->';
const TO = '<!-- /figures -->';

/** A page with the figures between its marks made anew. `npm run fmt` aligns the tables afterwards. */
export function withFigures(page: string, result: BenchResult): string {
  const from = page.indexOf(FROM);
  const to = page.indexOf(TO);
  if (from < 0 || to < from) throw new RangeError(`${FROM} … ${TO} is missing`);
  return `${page.slice(0, from + FROM.length)}\n\n${figures(result)}\n\n${page.slice(to)}`;
}

function figures(result: BenchResult): string {
  const { command, date, machine, seeds, steadyRequests } = result;
  return [
    `\`${command}\`, ${date}, ${machine}; seeds ${seeds[0]} to ${seeds.at(-1)}, ${steadyRequests} requests a steady line.`,
    '### What has to be shown',
    promiseTable(result),
    failures(result),
    ...scenarios(result).flatMap(([scenario, lines]) => [`### ${scenario}`, lineRows(lines)]),
  ].join('\n\n');
}

function scenarios({ lines }: BenchResult): readonly (readonly [string, readonly LineResult[]])[] {
  return [...Map.groupBy(lines, ({ scenario }) => scenario)];
}

function promiseTable(result: BenchResult): string {
  const rows = [...Map.groupBy(judgeAll(result), ({ promise }) => promise)].map(
    ([promise, all]) => {
      const held = all.filter(({ holds }) => holds).length;
      return `| ${promise} | ${held} of ${all.length} | ${held === all.length ? 'pass' : '**fail**'} |`;
    },
  );
  return ['| promise | lines that hold | |', '|---|---|---|', ...rows].join('\n');
}

function failures(result: BenchResult): string {
  const rows = judgeAll(result)
    .filter(({ holds }) => !holds)
    .map(({ promise, line, figure }) => `| ${promise} | ${line} | ${figure} |`);
  if (rows.length === 0) return 'Nothing fails.';
  return ['What fails:', '', '| promise | line | figure |', '|---|---|---|', ...rows].join('\n');
}

function lineRows(lines: readonly LineResult[]): string {
  return [
    '| line | metric | kv-aware | best rival | difference ± standard error | bound | kv-aware ÷ bound |',
    '|---|---|---|---|---|---|---|',
    ...lines.flatMap((line) => line.metrics.map((metric) => row(line, metric))),
  ].join('\n');
}

function row(line: LineResult, metric: MetricName): string {
  const [ours] = ofSide(line, 'ours');
  const rival = bestOf(rivals(line), metric);
  if (ours === undefined || rival === undefined) return '';
  const { mean, standardError } = pairedDifference(ours, rival, metric);
  const bound = boundOf(line, metric);
  const own = meanOf(ours, metric);
  const cells = [
    titleOf(line),
    metricKinds[metric].title,
    figureText(metric, own),
    `${figureText(metric, meanOf(rival, metric))} (${rival.name})`,
    `${mean > 0 ? '+' : ''}${figureText(metric, mean)} ± ${figureText(metric, standardError)}`,
    figureText(metric, bound),
    ratioText(own, bound),
  ];
  return `| ${cells.join(' | ')} |`;
}

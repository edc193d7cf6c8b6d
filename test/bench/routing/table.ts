import { figureText, ratioText } from './figure-text.ts';
import type { MetricName } from './metrics.ts';
import { metricKinds } from './metrics.ts';
import { bestOf, meanOf, ofSide, pairedDifference, titleOf } from './results.ts';
import type { LineResult } from './results.ts';

/** One line of a scenario as a table: means, their ratio to the bound, and the difference to the best rival. */
export function lineTable(line: LineResult): string {
  const rows = [
    ['', ...line.metrics.map((metric) => metricKinds[metric].title)],
    ...line.contestants.map((one) => [
      one.side === 'bound' ? `(${one.name})` : one.name,
      ...line.metrics.map((metric) => cell(line, metric, meanOf(one, metric))),
    ]),
    ['best rival', ...line.metrics.map((metric) => bestOf(rivals(line), metric)?.name ?? '–')],
    ['ours − best rival', ...line.metrics.map((metric) => difference(line, metric))],
  ];
  return [heading(line), ...aligned(rows)].join('\n');
}

/** Where a line stands: title, fleet, load. */
export function heading(line: LineResult): string {
  const { capacity, loadShare, fleet } = line;
  const { requestsPerSecond, outputTokensPerSecond } = capacity;
  const measured =
    requestsPerSecond === 0
      ? ''
      : `; capacity ${requestsPerSecond.toFixed(2)} requests/s, ${Math.round(outputTokensPerSecond)} output tokens/s`;
  const load = loadShare === undefined ? '' : `, offered ${Math.round(loadShare * 100)} %`;
  return `${titleOf(line)} · ${fleet}${measured}${load}`;
}

/** The best that full knowledge came to. */
export function boundOf(line: LineResult, metric: MetricName): number {
  const best = bestOf(ofSide(line, 'bound'), metric);
  return best === undefined ? Number.NaN : meanOf(best, metric);
}

/** Everyone that is not of this gateway: formulas of others and plain rules, without a waiting room. */
export function rivals(line: LineResult): ReturnType<typeof ofSide> {
  return ofSide(line, 'rival');
}

function cell(line: LineResult, metric: MetricName, value: number): string {
  const ratio = ratioText(value, boundOf(line, metric));
  return ratio === '–' ? figureText(metric, value) : `${figureText(metric, value)} ×${ratio}`;
}

function difference(line: LineResult, metric: MetricName): string {
  const [ours] = ofSide(line, 'ours');
  const best = bestOf(rivals(line), metric);
  if (ours === undefined || best === undefined) return '–';
  const { mean, standardError } = pairedDifference(ours, best, metric);
  const sign = mean > 0 ? '+' : '';
  return `${sign}${figureText(metric, mean)} ± ${figureText(metric, standardError)}`;
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

import type { Figure, Part } from './part.ts';
import { holds } from './part.ts';
import type { PartResult, Results } from './results.ts';
import { passes } from './results.ts';

const FROM = '<!-- figures -->';
const TO = '<!-- /figures -->';

/** A page with the figures between its marks made anew. `npm run fmt` aligns the table afterwards. */
export function withFigures(page: string, parts: readonly Part[], results: Results): string {
  const from = page.indexOf(FROM);
  const to = page.indexOf(TO);
  if (from < 0 || to < from) throw new RangeError(`${FROM} … ${TO} is missing`);
  const sections = parts.map((part) => section(part, results[part.name]));
  const made = [overview(parts, results), ...sections].join('\n\n');
  return `${page.slice(0, from + FROM.length)}\n\n${made}\n\n${page.slice(to)}`;
}

/** A part a line: what became of it, and at which size. */
function overview(parts: readonly Part[], results: Results): string {
  return [
    '| part | | of its size | took | when |',
    '|---|---|---|---|---|',
    ...parts.map(({ name }) => overviewRow(name, results[name])),
  ].join('\n');
}

function overviewRow(name: string, result: PartResult | undefined): string {
  const link = `[${name}](#${name})`;
  if (result === undefined) return `| ${link} | not yet | | | |`;
  const verdict = passes(result) ? 'pass' : '**miss**';
  return `| ${link} | ${verdict} | ${percentText(result.share)} | ${result.tookSeconds} s | ${result.at} |`;
}

/** A figure a line, under what was done. */
function section({ name, what }: Part, result: PartResult | undefined): string {
  const head = `## ${name}\n\nAt its whole size: ${what}.`;
  if (result === undefined) return `${head}\n\nNot yet.`;
  const { amount, at, commit, machine, failure, figures } = result;
  const run = `Run: ${amount}; ${at} UTC, ${commit}, ${machine}.`;
  return `${head}\n\n${run}\n\n${failure ?? figures.map(listed).join('\n')}`;
}

function listed(figure: Figure): string {
  return `- ${figureText(figure)}`;
}

/** A figure with its bound, and a mark where it is missed. */
export function figureText(figure: Figure): string {
  const { name, value, unit = '', atMost, atLeast } = figure;
  const bounds = [
    ...(atLeast === undefined ? [] : [`≥ ${numberText(atLeast)}`]),
    ...(atMost === undefined ? [] : [`≤ ${numberText(atMost)}`]),
  ];
  const text = `${name} ${numberText(value)}${unit === '' ? '' : ` ${unit}`}`;
  const bound = bounds.length === 0 ? '' : ` (${bounds.join(', ')})`;
  return `${text}${bound}${holds(figure) ? '' : ' ✗'}`;
}

function numberText(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 1 });
}

function percentText(share: number): string {
  return `${numberText(share * 100)} %`;
}

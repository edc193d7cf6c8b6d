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
  return `${page.slice(0, from + FROM.length)}\n\n${table(parts, results)}\n\n${page.slice(to)}`;
}

function table(parts: readonly Part[], results: Results): string {
  return [
    '| part | at its whole size | what was run | figures, with what they have to be | | when |',
    '|---|---|---|---|---|---|',
    ...parts.map((part) => row(part, results[part.name])),
  ].join('\n');
}

function row({ name, what }: Part, result: PartResult | undefined): string {
  if (result === undefined) return `| \`${name}\` | ${what} | not yet | | | |`;
  const { amount, at, commit, machine, failure, figures } = result;
  const found = failure ?? figures.map(figureText).join('; ');
  const verdict = passes(result) ? 'pass' : '**miss**';
  const size = result.share < 1 ? `${amount} (${percentText(result.share)} of the whole)` : amount;
  return `| \`${name}\` | ${what} | ${size} | ${found} | ${verdict} | ${at}, ${commit}, ${machine} |`;
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

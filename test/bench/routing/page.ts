import { escaped } from '../../../gateway/replay/report/html/markup.ts';
import { reportStyle } from '../../../gateway/replay/report/html/style.ts';
import { dotChart } from './dot-chart.ts';
import { judgeAll } from './must-show.ts';
import type { BenchResult, LineResult } from './results.ts';
import { titleOf } from './results.ts';
import { heading } from './table.ts';

/** The bench as a page that needs nothing else. */
export function benchPage(result: BenchResult): string {
  const { seeds, date, machine, command, lines } = result;
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Routing compared</title><style>${reportStyle}</style></head><body>`,
    '<header><h1>Routing compared, on virtual time</h1>',
    `<p class="facts">${escaped(`${command} · ${seeds.length} seeds · ${date} · ${machine}`)}</p>`,
    '<p class="facts">A dot is a seed, a bar the mean, the dashed line the best of the schedulers with full knowledge. ',
    'Orange is this gateway, blue its waiting room under other rules, grey the formulas of other routers.</p></header>',
    '<section><h2>What has to be shown</h2>',
    promises(result),
    '</section>',
    ...lines.map(lineSection),
    '</body></html>',
    '',
  ].join('\n');
}

function lineSection(line: LineResult): string {
  return [
    `<section><h2>${escaped(titleOf(line))}</h2><p class="facts">${escaped(heading(line))}</p>`,
    '<div class="charts">',
    ...line.metrics.map((metric) => dotChart(line, metric)),
    '</div></section>',
  ].join('\n');
}

function promises(result: BenchResult): string {
  const rows = judgeAll(result).map(({ promise, line, figure, holds }) => {
    const cells = [promise, line, figure, holds ? 'pass' : 'FAIL'];
    return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
  });
  return `<div class="scroll"><table><thead><tr><th>promise</th><th>line</th><th>figure</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

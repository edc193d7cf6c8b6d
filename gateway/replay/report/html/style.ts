import { chartStyle } from './chart-style.ts';
import { dark, light, print, variables } from './palette.ts';

/** Everything that the report looks like: light by default and in print, dark where the reader prefers it. */
export const reportStyle: string = `
:root { color-scheme: light dark; ${variables(light)} }
@media (prefers-color-scheme: dark) {
  :root { ${variables(dark)} }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1060px; padding: 32px 24px 56px; background: var(--page);
  color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  -webkit-print-color-adjust: exact; print-color-adjust: exact;
}
h1 { font-size: 1.6em; line-height: 1.25; margin: 0 0 4px; }
.badge {
  display: inline-block; padding: 2px 9px; border: 1px solid var(--warn); border-radius: 11px; font-size: 0.55em;
  font-weight: 600; vertical-align: middle; color: var(--warn); background: var(--warn-back); white-space: nowrap;
}
h2 { font-size: 1.1em; margin: 34px 0 10px; }
h2 .facts { margin-left: 8px; font-size: 0.8em; font-weight: 400; }
p { margin: 0 0 8px; }
.facts { color: var(--soft); }
.notes { margin: 14px 0 0; padding: 0; list-style: none; }
.notes li { margin: 6px 0; padding: 6px 12px; border-left: 3px solid var(--published); background: var(--panel); }
.notes li.warning { border-color: var(--warn); background: var(--warn-back); color: var(--warn); font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; margin: 20px 0 0; }
.tile { padding: 10px 14px; background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; }
.tile b { display: block; font-size: 1.45em; font-variant-numeric: tabular-nums; line-height: 1.3; }
.tile span { display: block; color: var(--soft); font-size: 0.87em; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 18px 22px; }
figure { margin: 0; min-width: 0; }
figcaption { color: var(--soft); font-size: 0.87em; margin-bottom: 2px; }
figcaption b { color: var(--ink); font-size: 1.1em; margin-right: 4px; }
.wide + .wide { margin-top: 16px; }
${chartStyle}
svg { display: block; width: 100%; height: auto; overflow: visible; }
.at-narrow { display: none; }
.legend { margin-left: 10px; }
.key { margin-right: 12px; white-space: nowrap; }
.key i { display: inline-block; width: 18px; height: 3px; margin-right: 5px; vertical-align: middle; background: var(--c); }
.key.point i { width: 9px; height: 9px; border: 2px solid var(--c); border-radius: 50%; background: none; }
.later i { background: repeating-linear-gradient(90deg, var(--c) 0 5px, transparent 5px 7px); }
.series-1 i, .series-3 i, .series-5 i, .series-7 i { background: repeating-linear-gradient(90deg, var(--c) 0 5px, transparent 5px 8px); }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); column-gap: 32px; align-items: start; }
.beside section { min-width: 0; }
.beside th, .beside td { padding: 4px 6px; }
.beside td { white-space: normal; }
.beside tr:has(td:nth-child(4)) td { white-space: nowrap; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 10px; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { position: sticky; left: 0; text-align: left; padding-left: 0; background: var(--page); }
thead th { color: var(--soft); font-weight: 600; font-size: 0.87em; border-bottom-color: var(--soft); }
tbody tr.apart td { border-top: 2px solid var(--rule); }
td.diff { color: var(--soft); }
tr.receipt td { position: static; padding: 0 0 6px; color: var(--soft); font-size: 0.87em; text-align: left; white-space: normal; }
tr.receipt div { position: sticky; left: 0; max-width: min(100%, calc(100vw - 28px)); }
tr.told td { border-bottom: 0; }
.legend-lines { margin-top: 8px; color: var(--soft); font-size: 0.87em; }
details { margin-top: 26px; }
summary { cursor: pointer; font-weight: 600; }
pre { overflow-x: auto; padding: 10px 14px; background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; }
footer { margin-top: 36px; color: var(--soft); font-size: 0.87em; }
footer h2 { color: var(--ink); font-size: 1.26em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 16px; margin: 0 0 10px; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font: 0.95em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
@media screen and (max-width: 700px) {
  body { padding: 20px 14px 40px; }
  .at-wide { display: none; }
  .at-narrow { display: block; }
  th, td { padding: 4px 8px; }
}
@media print {
  :root { color-scheme: light; ${variables(print)} }
  body { max-width: none; padding: 0; font-size: 8.5pt; line-height: 1.35; }
  h2 { margin: 8px 0 3px; font-size: 1.05em; }
  footer h2 { margin-top: 8px; }
  p { margin-bottom: 3px; }
  .notes { margin-top: 6px; }
  .notes li { margin: 2px 0; padding: 2px 10px; }
  .beside { display: block; columns: 2; column-gap: 20px; }
  .beside section { break-inside: avoid; }
  .beside h2 { margin-top: 0; padding-top: 6px; }
  dl { grid-template-columns: max-content 1fr max-content 1fr; gap: 0 12px; margin-bottom: 3px; }
  dd:last-of-type { grid-column: 2 / -1; }
  h1 { font-size: 1.4em; }
  footer { margin-top: 8px; }
  .charts, .timelines { display: grid; grid-template-columns: 1fr 1fr; gap: 6px 20px; }
  .wide + .wide { margin-top: 0; }
  .at-wide { display: none; }
  .at-narrow { display: block; }
  .tiles { grid-template-columns: repeat(6, 1fr); gap: 6px; margin-top: 8px; }
  .tile { padding: 3px 8px; }
  .charts svg, .timelines svg { max-height: 36mm; }
  .scroll { overflow: visible; }
  table { font-size: 0.86em; line-height: 1.2; }
  tr.receipt td { padding-bottom: 2px; font-size: 0.8em; line-height: 1.25; }
  th, td, .beside th, .beside td { padding: 0.5px 6px; }
  .legend-lines { margin-top: 3px; }
  .legend-lines p { margin: 0; }
  .beside { break-before: page; }
  figure, table, .tiles, .beside, footer { break-inside: avoid; }
  h2 { break-after: avoid; }
  details { display: none; }
  @page { margin: 9mm; }
}
`;

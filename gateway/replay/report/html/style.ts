/** Everything that the report looks like: light by default and in print, dark where the reader prefers it. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1c2430; --soft: #5c6878; --rule: #dfe4ea; --panel: #f6f8fa;
  --bar: #7d9cc9; --mark: #1c2430; --published: #b4470b; --good: #1a7f4b; --warn: #9a3412;
  --warn-back: #fff4ec;
  --s0: #2563c9; --s1: #0f766e; --s2: #9333b8; --s3: #4d7c0f;
  --s4: #c02682; --s5: #0369a1; --s6: #7a5c00; --s7: #5f6b7a; --quiet: #b6c0cc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --ink: #e4e9f0; --soft: #9aa7b6; --rule: #2b333e; --panel: #1a2029;
    --bar: #4f74ab; --mark: #e4e9f0; --published: #ff9d5c; --good: #58c98c; --warn: #ffb27a;
    --warn-back: #2b1d13;
    --s0: #7aa7ff; --s1: #4fd1c5; --s2: #d08cf0; --s3: #a3d65c;
    --s4: #ff7fc2; --s5: #5cc8f5; --s6: #d9c25a; --s7: #aab4c0; --quiet: #46515f;
  }
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
svg { display: block; width: 100%; height: auto; font-size: 11px; overflow: visible; }
svg text { fill: var(--soft); font-variant-numeric: tabular-nums; }
.at-narrow { display: none; }
.grid path { stroke: var(--rule); }
.axis path { stroke: var(--soft); fill: none; }
.bars rect { fill: var(--bar); }
.mark path { stroke: var(--mark); stroke-width: 1.2; }
.own-labels text { fill: var(--ink); font-weight: 600; }
.own-labels text, .published-labels text { paint-order: stroke; stroke: var(--page); stroke-width: 4px; }
.published-labels text { fill: var(--published); }
.published { stroke: var(--published); stroke-width: 1.4; stroke-dasharray: 4 3; }
.line { fill: none; stroke: var(--c); stroke-width: 1.6; stroke-linejoin: round; }
.area { fill: var(--c); opacity: 0.55; stroke: none; }
.legend { margin-left: 10px; }
.key { margin-right: 12px; white-space: nowrap; }
.key i { display: inline-block; width: 18px; height: 3px; margin-right: 5px; vertical-align: middle; background: var(--c); }
.line.later { stroke-dasharray: 6 3; }
.later i { background: repeating-linear-gradient(90deg, var(--c) 0 5px, transparent 5px 7px); }
.dash i { background: repeating-linear-gradient(90deg, var(--published) 0 4px, transparent 4px 7px); }
.series-0 { --c: var(--s0); } .series-1 { --c: var(--s1); } .series-2 { --c: var(--s2); } .series-3 { --c: var(--s3); }
.series-4 { --c: var(--s4); } .series-5 { --c: var(--s5); } .series-6 { --c: var(--s6); } .series-7 { --c: var(--s7); }
/* Every other replica is dashed, so that a line that lies on another one shows through. */
.series-1, .series-3, .series-5, .series-7 { stroke-dasharray: 7 4; }
.series-1 i, .series-3 i, .series-5 i, .series-7 i { background: repeating-linear-gradient(90deg, var(--c) 0 5px, transparent 5px 8px); }
.quiet { --c: var(--quiet); }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); column-gap: 32px; align-items: start; }
.beside section { min-width: 0; }
.beside td { white-space: normal; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 10px; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { position: sticky; left: 0; text-align: left; padding-left: 0; background: var(--page); }
thead th { color: var(--soft); font-weight: 600; font-size: 0.87em; border-bottom-color: var(--soft); }
tbody tr.apart td { border-top: 2px solid var(--rule); }
td.diff { color: var(--soft); }
.legend-lines { margin-top: 8px; color: var(--soft); font-size: 0.87em; }
footer { margin-top: 36px; color: var(--soft); font-size: 0.87em; }
footer h2 { color: var(--ink); font-size: 1.26em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 16px; margin: 0 0 10px; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
code { font: 0.95em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
@media screen and (max-width: 700px) {
  body { padding: 20px 14px 40px; }
  .at-wide { display: none; }
  .at-narrow { display: block; }
  th, td { padding: 4px 8px; }
}
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --ink: #000000; --soft: #444444; --rule: #cccccc; --panel: #ffffff;
    --bar: #9db4d6; --mark: #000000; --published: #b4470b; --good: #1a7f4b; --warn: #9a3412;
    --warn-back: #ffffff;
    --s0: #2563c9; --s1: #0f766e; --s2: #9333b8; --s3: #4d7c0f;
    --s4: #c02682; --s5: #0369a1; --s6: #7a5c00; --s7: #5f6b7a; --quiet: #b6c0cc;
  }
  body { max-width: none; padding: 0; font-size: 9.5pt; line-height: 1.4; }
  h2 { margin: 18px 0 6px; }
  .beside { grid-template-columns: 1fr 1fr; }
  dl { gap: 1px 12px; }
  footer { margin-top: 14px; }
  .charts { grid-template-columns: 1fr 1fr; }
  .tiles { grid-template-columns: repeat(6, 1fr); gap: 6px; }
  .tile { padding: 6px 8px; }
  .wide svg { font-size: 15px; }
  th, td { padding: 1px 8px; }
  figure, table, .tiles, .beside, footer { break-inside: avoid; }
  h2 { break-after: avoid; }
  @page { margin: 14mm; }
}
`;

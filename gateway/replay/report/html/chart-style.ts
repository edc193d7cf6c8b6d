/** What charts look like, on a page and in a file of their own. */
export const chartStyle = `
svg { font-size: 11px; }
svg text { fill: var(--soft); font-variant-numeric: tabular-nums; }
.grid path { stroke: var(--rule); }
.axis path { stroke: var(--soft); fill: none; }
.line { fill: none; stroke: var(--c); stroke-width: 1.6; stroke-linejoin: round; }
.area { fill: var(--c); opacity: 0.55; stroke: none; }
.line.run-0 { stroke-width: 2.4; }
.line.later { stroke-dasharray: 6 3; }
.dot { fill: var(--page); stroke: var(--c); stroke-width: 1.8; }
.dot.run-0 { fill: var(--c); }
.own-labels text { fill: var(--ink); font-weight: 600; paint-order: stroke; stroke: var(--page); stroke-width: 4px; }
.heat path { fill: var(--heat); }
.heat-1 { opacity: 0.1; } .heat-2 { opacity: 0.22; } .heat-3 { opacity: 0.38; }
.heat-4 { opacity: 0.56; } .heat-5 { opacity: 0.78; } .heat-6 { opacity: 1; }
.series-0 { --c: var(--s0); } .series-1 { --c: var(--s1); } .series-2 { --c: var(--s2); } .series-3 { --c: var(--s3); }
.series-4 { --c: var(--s4); } .series-5 { --c: var(--s5); } .series-6 { --c: var(--s6); } .series-7 { --c: var(--s7); }
/* Every other replica is dashed, so that a line that lies on another one shows through. */
.series-1, .series-3, .series-5, .series-7 { stroke-dasharray: 7 4; }
.quiet { --c: var(--quiet); }
.run-0 { --c: var(--s0); } .run-1 { --c: var(--published); } .run-2 { --c: var(--s2); } .run-3 { --c: var(--s1); }
.run-4 { --c: var(--s4); } .run-5 { --c: var(--s3); } .run-6 { --c: var(--s6); } .run-7 { --c: var(--s7); }
`;

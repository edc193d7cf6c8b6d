/**
 * Every routing policy, rival formula and full-knowledge bound on the same virtual fleets.
 *
 *     npm run bench:routing [-- --scenario S2 --seeds 10 --requests 1500 --final --quick --docs]
 *
 * Prints a table a line, the promises that hold and those that do not, and writes out/routing.html and
 * out/routing.json; with `--docs` also the figures of docs/routing.md. Without `--final` it runs on the seeds
 * that are there for tuning. `--from out/a.json --from out/b.json` reports on runs that were made apart with
 * `--out out/a` and `--out out/b`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';

import { measureCapacity } from './routing/capacity.ts';
import { contestants } from './routing/contestants.ts';
import type { Contestant } from './routing/contestants.ts';
import type { Line, Size } from './routing/line.ts';
import type { Figures } from './routing/metrics.ts';
import { mustShowTable } from './routing/must-show.ts';
import { benchPage } from './routing/page.ts';
import { withFigures } from './routing/docs.ts';
import type { BenchResult, ContestantResult, LineResult } from './routing/results.ts';
import { runOnce } from './routing/run.ts';
import { allLines } from './routing/scenarios/catalog.ts';
import { finalSeeds, tuningSeeds } from './routing/seeds.ts';
import { lineTable } from './routing/table.ts';

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', multiple: true, default: [] },
    seeds: { type: 'string' },
    requests: { type: 'string' },
    final: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    out: { type: 'string', default: 'out/routing' },
    from: { type: 'string', multiple: true, default: [] },
  },
});

const size: Size = { steadyRequests: Number(values.requests ?? (values.quick ? 300 : 1500)) };
const seeds = (values.final ? finalSeeds : tuningSeeds).slice(
  0,
  Number(values.seeds ?? (values.quick ? 2 : 10)),
);
const lines = allLines(size).filter(
  ({ scenario }) => values.scenario.length === 0 || values.scenario.includes(scenario),
);
const startedMs = performance.now();

/** Holds the figures between two marks. */
const DOCS = 'docs/routing.md';

/** Width of the line of progress. */
const WIDTH = 100;
let told = -1;

mkdirSync('out', { recursive: true });
const bench = values.from.length === 0 ? runAll() : joined(values.from);
save(bench);
if (values.docs) writeFileSync(DOCS, withFigures(readFileSync(DOCS, 'utf8'), bench));
console.log(`\n${mustShowTable(bench)}`);
console.log(
  `\n${bench.date}, ${bench.machine}, ${bench.seeds.length} seeds from ${bench.seeds[0]}, ${Math.round((performance.now() - startedMs) / 1000)} s; wrote ${values.out}.html and ${values.out}.json`,
);

function runAll(): BenchResult {
  const results: LineResult[] = [];
  const result = (): BenchResult => ({
    command: `npm run bench:routing -- ${process.argv.slice(2).join(' ')}`.replace(/ -- $/, ''),
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores of ${cpus()[0]?.model.trim()}, Node ${process.version}`,
    seeds,
    ...size,
    lines: results,
  });
  for (const [index, line] of lines.entries()) {
    const ran = runLine(line, (seed, name) => progress(index, line, `seed ${seed}, ${name}`));
    results.push(ran);
    clearProgress();
    console.log(`\n${lineTable(ran)}`);
    // A run that is cut short leaves the lines that it has come to.
    save(result());
  }
  return result();
}

function save(result: BenchResult): void {
  writeFileSync(`${values.out}.json`, JSON.stringify(result, undefined, 1));
  writeFileSync(`${values.out}.html`, benchPage(result));
}

/** Runs that were made apart, by their JSON files, in the order of the scenarios. */
function joined(paths: readonly string[]): BenchResult {
  const parts = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')) as BenchResult);
  const [first] = parts;
  if (first === undefined) throw new RangeError('nothing to join');
  const order = (one: LineResult, other: LineResult): number =>
    one.scenario.localeCompare(other.scenario);
  return {
    ...first,
    command: parts.map(({ command }) => command).join('; '),
    lines: parts.flatMap((part) => part.lines).toSorted(order),
  };
}

function runLine(line: Line, tell: (seed: number, name: string) => void): LineResult {
  const capacity = measureCapacity(line);
  const { scenario, variant, kind, presets, loadShare, metrics } = line;
  const all = contestants
    .filter(({ bound }) => bound === undefined || line.bounds.includes(bound))
    .map((contestant): ContestantResult => {
      const runs = seeds.map((seed) => {
        tell(seed, contestant.name);
        return runOnce(line, { contestant, seed, capacity });
      });
      return resultOf(contestant, line, runs);
    });
  const fleet = `${presets.length} × ${presets[0]?.name ?? ''}`;
  const shared = { scenario, variant, kind, fleet, capacity, metrics, contestants: all };
  return loadShare === undefined ? shared : { ...shared, loadShare };
}

function resultOf(
  { name, side }: Contestant,
  { metrics }: Line,
  runs: readonly Figures[],
): ContestantResult {
  const perMetric = metrics.map((metric) => [metric, runs.map((figures) => figures[metric])]);
  return { name, side, values: Object.fromEntries(perMetric) as ContestantResult['values'] };
}

/** One line that is written over on a terminal; elsewhere one for each line of the bench. */
function progress(index: number, { scenario, variant, kind }: Line, what: string): void {
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const text = `${index + 1}/${lines.length}  ${scenario} ${variant}, ${kind}  ${seconds} s`;
  if (process.stderr.isTTY) {
    process.stderr.write(`\r${`${text}: ${what}`.slice(0, WIDTH).padEnd(WIDTH)}`);
  } else if (index > told) {
    told = index;
    process.stderr.write(`${text}\n`);
  }
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${' '.repeat(WIDTH)}\r`);
}

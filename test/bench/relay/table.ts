import { cpus } from 'node:os';

/** Figures of one subject in one round. */
export interface Figures {
  readonly tokenCpuUs: number;
  readonly shortCpuUs: number;
  readonly shortPerSecond: number;
  readonly firstTokenP50Ms: number;
  readonly firstTokenP99Ms: number;
  readonly coldFirstTokenP50Ms: number;
  readonly gapP50Ms: number;
  readonly gapP99Ms: number;
}

/** Resident memory with 200 and with 1,000 streams open. */
export interface MemoryFigures {
  readonly at200: number;
  readonly at1000: number;
}

const COLUMNS: readonly (readonly [string, (figures: Figures) => number, number])[] = [
  ['CPU µs/token', (figures) => figures.tokenCpuUs, 1],
  ['CPU µs/short', (figures) => figures.shortCpuUs, 0],
  ['short/s', (figures) => figures.shortPerSecond, 0],
  ['TTFT p50 ms', (figures) => figures.firstTokenP50Ms, 2],
  ['TTFT p99 ms', (figures) => figures.firstTokenP99Ms, 2],
  ['cold p50 ms', (figures) => figures.coldFirstTokenP50Ms, 2],
  ['gap p50 ms', (figures) => figures.gapP50Ms, 2],
  ['gap p99 ms', (figures) => figures.gapP99Ms, 2],
];

const MEBIBYTE = 2 ** 20;

/** Prints the medians over the rounds, the ratios that are aimed at, and the memory. */
export function printTable(
  rounds: ReadonlyMap<string, readonly Figures[]>,
  memory: ReadonlyMap<string, MemoryFigures>,
): void {
  const model = cpus()[0]?.model ?? 'unknown processor';
  console.log(`${cpus().length} cores of ${model}, Node ${process.version}; medians`);
  const widths = COLUMNS.map(([title]) => Math.max(title.length, 9));
  console.log(
    [''.padEnd(10), ...COLUMNS.map(([title], index) => title.padStart(widths[index] ?? 0))].join(
      '  ',
    ),
  );
  for (const [name, figures] of rounds) {
    const cells = COLUMNS.map(([, value, digits], index) =>
      median(figures.map(value))
        .toFixed(digits)
        .padStart(widths[index] ?? 0),
    );
    console.log([name.padEnd(10), ...cells].join('  '));
  }
  printRatios(rounds);
  for (const [name, { at200, at1000 }] of memory) {
    const kilobytes = (at1000 - at200) / 800 / 1_000;
    console.log(
      `${name}: RSS ${(at200 / MEBIBYTE).toFixed(0)} MiB at 200 streams, ${(at1000 / MEBIBYTE).toFixed(0)} MiB at 1,000: ${kilobytes.toFixed(1)} KB a stream`,
    );
  }
}

function printRatios(rounds: ReadonlyMap<string, readonly Figures[]>): void {
  const of = (name: string, value: (figures: Figures) => number): number =>
    median((rounds.get(name) ?? []).map(value));
  const ratio = (value: (figures: Figures) => number, base: string): string =>
    (of('gateway', value) / of(base, value)).toFixed(2);
  const added = (value: (figures: Figures) => number): string =>
    (of('gateway', value) - of('direct', value)).toFixed(2);
  console.log(
    [
      `per token: ${ratio((figures) => figures.tokenCpuUs, 'bare')} x bare pipe (aim 1.25), ${ratio((figures) => figures.tokenCpuUs, 'nginx')} x nginx (aim 2.0)`,
      `short answer: ${ratio((figures) => figures.shortCpuUs, 'nginx')} x nginx (aim 5), ${ratio((figures) => figures.shortCpuUs, 'bare')} x bare pipe`,
      `added to first token: p50 ${added((figures) => figures.firstTokenP50Ms)} ms (aim 1), p99 ${added((figures) => figures.firstTokenP99Ms)} ms (aim 3)`,
    ].join('\n'),
  );
}

function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

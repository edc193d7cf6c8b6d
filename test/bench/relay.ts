/**
 * What a relayed token costs: direct, nginx (where it is installed), the bare pipe and the gateway with
 * routing, timing and telemetry fully on, interleaved in one run.
 *
 *     npm run bench:relay [-- --rounds 3 --seconds 10]
 *
 * Absolute times move with the machine; the ratios inside one run are what counts.
 */
import { parseArgs } from 'node:util';

import type { LoadResult, StreamLoad } from './relay/client.ts';
import { connect, runProbes, runShort, runStreams } from './relay/client.ts';
import { percentile } from './relay/percentile.ts';
import { cpuSeconds, residentBytes } from './relay/process-cpu.ts';
import type { Subject } from './relay/subjects.ts';
import { startSubjects } from './relay/subjects.ts';
import type { Figures, MemoryFigures } from './relay/table.ts';
import { printTable } from './relay/table.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
    memory: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

/** 200 streams of 50 tokens a second, as the published comparison of routers has it. */
const STREAMS: StreamLoad = { streams: 200, rate: 50, tokens: seconds * 50, promptBytes: 1_024 };
const SHORT_CONNECTIONS = 32;

const { subjects, stop } = await startSubjects();
try {
  const figures = new Map<string, Figures[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const subject of subjects) {
      process.stderr.write(`round ${round}/${rounds}  ${subject.name.padEnd(10)}\r`);
      figures.get(subject.name)?.push(await measure(subject));
    }
  }
  process.stderr.write(`${' '.repeat(40)}\r`);
  const growth = values.memory ? await memoryGrowth(subjects) : new Map<string, MemoryFigures>();
  printTable(figures, growth);
} finally {
  await stop();
}

async function measure(subject: Subject): Promise<Figures> {
  const pool = connect(subject.url);
  await runStreams(pool, { ...STREAMS, tokens: 50 });
  await runShort(pool, SHORT_CONNECTIONS, 2);
  const streamed = await withCpu(subject, () => runStreams(pool, STREAMS));
  const short = await withCpu(subject, () => runShort(pool, SHORT_CONNECTIONS, seconds / 2));
  await pool.destroy();
  const { warm, cold } = await probe(subject);
  return {
    tokenCpuUs: (streamed.cpu * 1e6) / streamed.result.tokens,
    shortCpuUs: (short.cpu * 1e6) / short.result.requests,
    shortPerSecond: short.result.requests / short.result.seconds,
    firstTokenP50Ms: percentile(warm, 0.5),
    firstTokenP99Ms: percentile(warm, 0.99),
    coldFirstTokenP50Ms: percentile(cold, 0.5),
    gapP50Ms: percentile(streamed.result.gapMs, 0.5),
    gapP99Ms: percentile(streamed.result.gapMs, 0.99),
  };
}

/** First tokens of single requests while 100 streams run beside them. */
async function probe(subject: Subject): Promise<{ warm: number[]; cold: number[] }> {
  const pool = connect(subject.url);
  const beside = runStreams(pool, { ...STREAMS, streams: 100 });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const warm = await runProbes(subject.url, seconds / 2, true);
  const cold = await runProbes(subject.url, seconds / 4, false);
  await beside;
  await pool.destroy();
  return { warm, cold };
}

async function withCpu(
  subject: Subject,
  load: () => Promise<LoadResult>,
): Promise<{ cpu: number; result: LoadResult }> {
  const before = cpuSeconds(subject.pid);
  const result = await load();
  return { cpu: cpuSeconds(subject.pid) - before, result };
}

async function memoryGrowth(all: readonly Subject[]): Promise<Map<string, MemoryFigures>> {
  const growth = new Map<string, MemoryFigures>();
  for (const subject of all) {
    const at200 = await residentWith(subject, 200);
    const at1000 = await residentWith(subject, 1_000);
    growth.set(subject.name, { at200, at1000 });
  }
  return growth;
}

/** The middle of a ten-second run at 5 tokens a second. */
async function residentWith(subject: Subject, streams: number): Promise<number> {
  const pool = connect(subject.url);
  const run = runStreams(pool, { streams, rate: 5, tokens: 50, promptBytes: 1_024 });
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  const bytes = residentBytes(subject.pid);
  await run;
  await pool.destroy();
  return bytes;
}

import type { Exposition, ScalarSample } from './exposition.ts';
import { labelPair } from './exposition.ts';
import type { WatchedGpu } from './gpu/gpu-board.ts';
import { LABEL_CHARACTERS_MAX, OTHER } from './label-values.ts';
import type { MetricDefinition } from './semconv.ts';
import { labels, metrics } from './semconv.ts';

/** One GPU as the gateway sees it at a scrape, and the ids of the replicas on it. */
export interface GpuReading extends WatchedGpu {
  readonly replicas: readonly string[];
}

/** The GPUs of this machine at a scrape. */
export interface GpuReadings {
  readonly gpus: readonly GpuReading[];
  /** Since they were last read, or since the gateway came; `undefined` where nobody reads them. */
  readonly ageMs: number | undefined;
}

/** Adds the gauges of every GPU to a page; nothing where none was ever read. */
export function exposeGpus(page: Exposition, { gpus, ageMs }: GpuReadings): void {
  page.scalars(metrics.gpuInfo, gpus.map(infoOf));
  page.scalars(
    metrics.gpuState,
    gpus.map((gpu) => ones(gpu, labels.state, gpu.verdict.state)),
  );
  page.scalars(metrics.gpuFindings, gpus.flatMap(findingsOf));
  page.scalars(metrics.gpuXids, gpus.flatMap(xidsOf));
  page.scalars(
    metrics.gpuThrottled,
    gpus.flatMap((gpu) => gpu.sample.throttling.map((why) => ones(gpu, labels.reason, why))),
  );
  for (const [definition, valueOf] of GAUGES) page.scalars(definition, known(gpus, valueOf));
  if (ageMs !== undefined) {
    page.scalars(metrics.gpuReadingAge, [{ labels: '', value: ageMs / 1_000 }]);
  }
}

type ValueOf = (sample: WatchedGpu['sample']) => number | undefined;

const MEBI = 2 ** 20;
const MEGA = 1e6;

const GAUGES: readonly (readonly [MetricDefinition, ValueOf])[] = [
  [metrics.gpuUncorrectedErrors, (sample) => sample.uncorrectedErrors],
  [metrics.gpuTemperature, (sample) => sample.temperatureCelsius],
  [metrics.gpuPower, (sample) => sample.powerWatts],
  [metrics.gpuSmClock, (sample) => times(sample.smClockMhz, MEGA)],
  [metrics.gpuMemoryUsed, (sample) => times(sample.memoryUsedMib, MEBI)],
  [metrics.gpuMemoryTotal, (sample) => times(sample.memoryTotalMib, MEBI)],
  [metrics.gpuUtilization, (sample) => sample.usage],
];

function infoOf(gpu: GpuReading): ScalarSample {
  const { name = '' } = gpu.sample;
  const pairs = [
    identityOf(gpu),
    labelPair(labels.uuid, gpu.uuid),
    labelPair(labels.gpuName, bounded(name)),
  ];
  return { labels: pairs.filter((pair) => pair !== '').join(','), value: 1 };
}

/** Two findings of one kind are one series. */
function findingsOf(gpu: GpuReading): readonly ScalarSample[] {
  const ailments = new Set(gpu.verdict.findings.map(({ ailment }) => ailment));
  return [...ailments].map((ailment) => ones(gpu, labels.reason, ailment));
}

function xidsOf(gpu: GpuReading): readonly ScalarSample[] {
  return Array.from(gpu.xids, ([xid, value]) => ({ ...ones(gpu, labels.xid, xid), value }));
}

function ones(gpu: GpuReading, label: string, word: string): ScalarSample {
  return { labels: `${identityOf(gpu)},${labelPair(label, word)}`, value: 1 };
}

function* known(gpus: readonly GpuReading[], valueOf: ValueOf): Generator<ScalarSample> {
  for (const gpu of gpus) {
    const value = valueOf(gpu.sample);
    if (value !== undefined) yield { labels: identityOf(gpu), value };
  }
}

function identityOf({ index, numaNode, replicas }: GpuReading): string {
  const pairs = [
    labelPair(labels.gpu, String(index)),
    labelPair(labels.numaNode, numaNode === undefined ? '' : String(numaNode)),
    labelPair(labels.replica, bounded(replicas.join(','))),
  ];
  return pairs.filter((pair) => pair !== '').join(',');
}

function bounded(text: string): string {
  return text.length > LABEL_CHARACTERS_MAX ? OTHER : text;
}

function times(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

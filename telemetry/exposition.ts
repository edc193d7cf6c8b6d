import type { Histogram } from './histogram.ts';
import type { MetricDefinition } from './semconv.ts';

/** The two text formats that Prometheus reads. Only OpenMetrics carries exemplars. */
export type ExpositionFormat = 'prometheus' | 'openmetrics';

/** `Content-Type` of each format. */
export const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** One series with a single value. */
export interface ScalarSample {
  /** Ready label pairs, `name="value",…`, or empty. */
  readonly labels: string;
  readonly value: number;
}

/** One series of a histogram. */
export interface HistogramSample {
  readonly labels: string;
  readonly histogram: Histogram;
}

/** The format that an `Accept` header asks for; plain text where it does not name OpenMetrics. */
export function chooseFormat(accept: string | undefined): ExpositionFormat {
  const ranges = (accept ?? '').split(',', ACCEPT_RANGES_MAX);
  const named = ranges.some(
    (range) =>
      /^\s*application\/openmetrics-text\b/iu.test(range) && !/;\s*q=0(\.0*)?\s*(;|$)/u.test(range),
  );
  return named ? 'openmetrics' : 'prometheus';
}

/** One `name="value"`, escaped; empty for an empty value, which means the same as no label. */
export function labelPair(name: string, value: string): string {
  return value === '' ? '' : `${name}="${escapeValue(value)}"`;
}

/** Writes metric families as one page of either format. */
export class Exposition {
  readonly #format: ExpositionFormat;
  readonly #lines: string[] = [];

  constructor(format: ExpositionFormat) {
    this.#format = format;
  }

  /** Adds a counter or gauge family with its series. A family without series is left out. */
  scalars(definition: MetricDefinition, samples: Iterable<ScalarSample>): void {
    let headed = false;
    for (const { labels, value } of samples) {
      if (!headed) this.#head(definition);
      headed = true;
      this.#lines.push(`${definition.name}${braced(labels)} ${numberText(value)}`);
    }
  }

  /** Adds a histogram family with its series. A family without series is left out. */
  histograms(definition: MetricDefinition, samples: Iterable<HistogramSample>): void {
    let headed = false;
    for (const { labels, histogram } of samples) {
      if (!headed) this.#head(definition);
      headed = true;
      this.#histogram(definition.name, labels, histogram);
    }
  }

  /** The whole page. */
  text(): string {
    const end = this.#format === 'openmetrics' ? '# EOF\n' : '';
    return this.#lines.length === 0 ? end : `${this.#lines.join('\n')}\n${end}`;
  }

  #head({ name, type, help, unit }: MetricDefinition): void {
    // OpenMetrics names a counter's family without the suffix that its samples carry.
    const isOpen = this.#format === 'openmetrics';
    const family = isOpen && type === 'counter' ? name.replace(/_total$/u, '') : name;
    this.#lines.push(`# HELP ${family} ${escapeHelp(help)}`, `# TYPE ${family} ${type}`);
    if (isOpen && unit !== '' && family.endsWith(`_${unit}`))
      this.#lines.push(`# UNIT ${family} ${unit}`);
  }

  #histogram(name: string, labels: string, histogram: Histogram): void {
    const prefix = labels === '' ? '' : `${labels},`;
    let total = 0;
    for (let bucket = 0; bucket < histogram.counts.length; bucket += 1) {
      total += histogram.counts[bucket] ?? 0;
      const bound = histogram.bounds[bucket] ?? Infinity;
      this.#lines.push(
        `${name}_bucket{${prefix}le="${numberText(bound)}"} ${total}${this.#exemplar(histogram, bucket)}`,
      );
    }
    this.#lines.push(`${name}_sum${braced(labels)} ${numberText(histogram.sum)}`);
    this.#lines.push(`${name}_count${braced(labels)} ${total}`);
  }

  #exemplar(histogram: Histogram, bucket: number): string {
    if (this.#format !== 'openmetrics') return '';
    const exemplar = histogram.exemplarOf(bucket);
    if (exemplar === undefined) return '';
    const { traceId, value, atSeconds } = exemplar;
    return ` # {trace_id="${traceId}"} ${numberText(value)} ${atSeconds.toFixed(3)}`;
  }
}

/** Ranges of an `Accept` header that are looked at; scrapers send three or four. */
const ACCEPT_RANGES_MAX = 16;

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

/** Labels of a sample, in the order in which they are written. */
export type Labels = Readonly<Record<string, string>>;

/** What a Prometheus page calls its families. */
export type FamilyType = 'gauge' | 'counter' | 'histogram';

/** What each family of a page is about, by its name. */
export type MetricHelp = Readonly<Record<string, string>>;

/** A histogram as a page shows it. */
export interface HistogramView {
  readonly edges: readonly number[];
  readonly sum: number;
  readonly count: number;
  cumulative(): number[];
}

/** Writes a metrics page in Prometheus' text format, numbers as Python's client writes them. */
export class PrometheusPage {
  readonly #help: MetricHelp;
  #text = '';

  constructor(help: MetricHelp) {
    this.#help = help;
  }

  /** Opens a family; its samples follow. */
  family(name: string, type: FamilyType): this {
    this.#text += `# HELP ${name} ${this.#help[name] ?? ''}\n# TYPE ${name} ${type}\n`;
    return this;
  }

  sample(name: string, labels: Labels, value: number): this {
    this.#text += `${name}${labelText(labels)} ${pythonNumber(value)}\n`;
    return this;
  }

  /** A family of one sample. */
  gauge(name: string, labels: Labels, value: number): this {
    return this.family(name, 'gauge').sample(name, labels, value);
  }

  /** A family of one sample whose name ends in `_total`. */
  counter(name: string, labels: Labels, value: number): this {
    return this.family(name, 'counter').sample(name, labels, value);
  }

  /** A family of one histogram. */
  histogram(name: string, labels: Labels, histogram: HistogramView): this {
    return this.family(name, 'histogram').buckets(name, labels, histogram);
  }

  /** The buckets, count and sum of a histogram whose family is open. */
  buckets(name: string, labels: Labels, histogram: HistogramView): this {
    const edges = [...histogram.edges.map(pythonNumber), '+Inf'];
    for (const [index, below] of histogram.cumulative().entries()) {
      this.sample(`${name}_bucket`, sorted({ ...labels, le: edges[index] ?? '' }), below);
    }
    this.sample(`${name}_count`, labels, histogram.count);
    return this.sample(`${name}_sum`, labels, histogram.sum);
  }

  text(): string {
    return this.#text;
  }
}

/** Python's client sorts labels by name. */
function sorted(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function labelText(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return '';
  return `{${entries.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** `5.0`, `0.25`, `8.128902e+06`: as `floatToGoString` of prometheus_client writes a number. */
export function pythonNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const plain = Number.isInteger(value) ? `${value}.0` : String(value);
  const point = plain.indexOf('.');
  if (plain.includes('e') || point <= 6 || value < 0) return plain;
  const digits = `${plain[0]}.${plain.slice(1, point)}${plain.slice(point + 1)}`;
  const exponent = String(point - 1).padStart(2, '0');
  return `${digits.replace(/\.?0+$/u, '')}e+${exponent}`;
}

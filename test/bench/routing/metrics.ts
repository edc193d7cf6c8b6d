/** What is looked at, in the order of the tables. */
export const metricNames = [
  'ttftP50Ms',
  'ttftP99Ms',
  'gapP99Ms',
  'goodput',
  'makespanMs',
  'recomputed',
  'spread',
  'tickSpread',
  'cached',
  'jain',
  'topSlo',
] as const;

/** Name of a metric. */
export type MetricName = (typeof metricNames)[number];

/** One run, summed up. */
export type Figures = Readonly<Record<MetricName, number>>;

/** How a metric is shown and judged. */
export interface MetricKind {
  readonly title: string;
  readonly better: 'less' | 'more';
  /** `ms` is shown in seconds where it is long. */
  readonly unit: 'ms' | 'share' | 'ratio';
  /** Differences below it mean nothing, in the metric's own unit. */
  readonly grain: number;
}

/** Every metric, and what it means. */
export const metricKinds: Readonly<Record<MetricName, MetricKind>> = {
  ttftP50Ms: { title: 'TTFT p50', better: 'less', unit: 'ms', grain: 5 },
  ttftP99Ms: { title: 'TTFT p99', better: 'less', unit: 'ms', grain: 20 },
  gapP99Ms: { title: 'gap p99', better: 'less', unit: 'ms', grain: 1 },
  goodput: { title: 'goodput', better: 'more', unit: 'share', grain: 0.002 },
  makespanMs: { title: 'makespan', better: 'less', unit: 'ms', grain: 100 },
  recomputed: { title: 'recomputed', better: 'less', unit: 'share', grain: 0.0005 },
  spread: { title: 'max/mean', better: 'less', unit: 'ratio', grain: 0.005 },
  tickSpread: { title: 'max/mean, tick', better: 'less', unit: 'ratio', grain: 0.005 },
  cached: { title: 'cached', better: 'more', unit: 'share', grain: 0.002 },
  jain: { title: 'Jain', better: 'more', unit: 'share', grain: 0.002 },
  topSlo: { title: 'top SLO', better: 'more', unit: 'share', grain: 0.0005 },
};

/**
 * The service level that goodput counts by. A reader waits two seconds for an answer to begin; half a
 * millisecond a prompt token, six times what the engines need, lets long prompts take longer; and 100 ms a
 * token is faster than anyone reads (10 tokens, some 7 words, a second).
 */
export const slo = { ttftMs: 2000, ttftMsPerPromptToken: 0.5, meanGapMs: 100 } as const;

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** Flag, or file with line and column. */
  readonly where: string;
  /** What stands there, and what may. */
  readonly what: string;
}

/** A configuration that cannot be used, with all that is wrong at once, line by line. The message is for people. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    const sorted = problems.toSorted(byPlace);
    super(sorted.map(({ where, what }) => `${where}: ${what}`).join('\n'), options);
    this.problems = sorted;
  }
}

/** Numbers by their value, so that line 10 comes after line 9. */
const places = new Intl.Collator('en', { numeric: true });

function byPlace(one: Problem, other: Problem): number {
  return places.compare(one.where, other.where);
}

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** Flag, or file with line and column. */
  readonly where: string;
  /** What stands there, and what may. */
  readonly what: string;
}

/** A configuration that cannot be used, with all that is wrong at once. The message is for people. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(({ where, what }) => `${where}: ${what}`).join('\n'), options);
    this.problems = problems;
  }
}

/** Colours that mean something, as Grafana's palette has them. */
export const colours = {
  good: '#73BF69',
  warn: '#FF9830',
  bad: '#F2495C',
  calm: '#5794F2',
  pale: '#8AB8FF',
  odd: '#B877D9',
  doubt: '#FADE2A',
  quiet: '#8E8E8E',
} as const;

/** Colours of what is called the same on every dashboard; all else has one by its name, and so keeps it too. */
export const coloursByName: Readonly<Record<string, string>> = {
  p5: colours.pale,
  p50: colours.calm,
  p95: colours.warn,
  p99: colours.bad,
  good: colours.good,
  late: colours.doubt,
  slow: colours.warn,
  failed: colours.bad,
  left: colours.quiet,
  ready: colours.good,
  'on trial': colours.doubt,
  draining: colours.calm,
  out: colours.bad,
  'this run': colours.calm,
  'the run before': colours.quiet,
  prompts: colours.calm,
  'prompts, cached': colours.pale,
  answers: colours.warn,
  received: colours.calm,
  sent: colours.warn,
};

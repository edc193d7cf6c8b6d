/** One line of a Prometheus page that holds a value. */
export interface Sample {
  readonly value: number;
  /** What stands between the braces, as it came; '' where there are none. */
  readonly labels: string;
}

/**
 * The samples of the family `name` on a page in Prometheus text format 0.0.4 or OpenMetrics, in order.
 * None where the family is missing or has only HELP and TYPE lines: no data is not zero. Lines that are
 * cut off are passed over. Only this family's lines are read; the rest of the page is searched for them.
 */
export function samplesOf(page: string, name: string): Sample[] {
  const samples: Sample[] = [];
  let at = findFamily(page, name);
  // A format rule: the lines of a family stand together.
  while (at !== -1 && startsFamily(page, at, name)) {
    const end = lineEnd(page, at);
    const sample = readSample(page, at + name.length, end);
    if (sample !== undefined) samples.push(sample);
    at = end < page.length ? end + 1 : -1;
  }
  return samples;
}

/** The value of one label, unescaped, or `undefined` where it is not among `labels`. */
export function labelOf({ labels }: Sample, name: string): string | undefined {
  let at = 0;
  while (at < labels.length) {
    const open = labels.indexOf('="', at);
    if (open === -1) return undefined;
    const close = closingQuote(labels, open + 2);
    if (close === -1) return undefined;
    if (labels.slice(at, open).replace(/^[\s,]+/, '') === name) {
      return unescape(labels.slice(open + 2, close));
    }
    at = close + 1;
  }
  return undefined;
}

const SPACE = 0x20;
const OPEN_BRACE = 0x7b;

/** Where the first sample line of a family begins, or -1. */
function findFamily(page: string, name: string): number {
  if (startsFamily(page, 0, name)) return 0;
  for (let at = page.indexOf(`\n${name}`); at !== -1; at = page.indexOf(`\n${name}`, at + 1)) {
    if (startsFamily(page, at + 1, name)) return at + 1;
  }
  return -1;
}

/** Whole names only: `num_requests_waiting` is also how `num_requests_waiting_by_reason` begins. */
function startsFamily(page: string, at: number, name: string): boolean {
  if (!page.startsWith(name, at)) return false;
  const next = page.charCodeAt(at + name.length);
  return next === OPEN_BRACE || next === SPACE;
}

function lineEnd(page: string, from: number): number {
  const end = page.indexOf('\n', from);
  return end === -1 ? page.length : end;
}

/** What follows the name: labels, then a value, then perhaps a time and an exemplar, which are not read. */
function readSample(page: string, from: number, end: number): Sample | undefined {
  const line = page.slice(from, end);
  if (!line.startsWith('{')) return sampleOf('', line);
  const close = closingBrace(line);
  return close === -1 ? undefined : sampleOf(line.slice(1, close), line.slice(close + 1));
}

function sampleOf(labels: string, rest: string): Sample | undefined {
  const text = /^\s*(\S+)/.exec(rest)?.[1];
  const value = text === undefined ? undefined : readValue(text);
  return value === undefined ? undefined : { labels, value };
}

/** Writers spell NaN and the infinities as their languages do, and readers take any case. */
const NAMED_VALUES: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
]);

/** `Number` reads the rest, such as `1e+06` and `-1.0`. */
function readValue(text: string): number | undefined {
  const value = Number(text);
  return Number.isNaN(value) ? NAMED_VALUES.get(text.toLowerCase()) : value;
}

/** Label values may hold braces. */
function closingBrace(line: string): number {
  let at = 1;
  for (;;) {
    const close = line.indexOf('}', at);
    const open = line.indexOf('"', at);
    if (open === -1 || close < open) return close;
    const end = closingQuote(line, open + 1);
    if (end === -1) return -1;
    at = end + 1;
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 1)) {
    if (!isEscaped(text, at)) return at;
  }
  return -1;
}

/** An odd number of backslashes before it. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === '\\') before -= 1;
  return (at - 1 - before) % 2 === 1;
}

function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(["\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

import { BodyFields, isObject } from './body-fields.ts';
import type { Ending } from './event-writer.ts';

/** Behind the last chunk of every choice. No answer has so many tokens. */
export const AT_FINISH: number = 2 ** 52;

/** Behind all that the answer has, and before its end. */
export const AT_DONE: number = 2 ** 53;

/** When a fault strikes: before the response head, or once so many tokens have been sent (0 is after the head). */
export type Moment = 'headers' | number;

/** What goes wrong with a request. */
export type RequestFault =
  | { readonly kind: 'hang' }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfterSeconds: number | undefined;
    }
  | { readonly kind: 'die'; readonly at: Moment; readonly how: Ending }
  | { readonly kind: 'garbage'; readonly at: Moment }
  /** Engine milliseconds; without them for ever. */
  | { readonly kind: 'stall'; readonly at: number; readonly ms: number | undefined }
  | {
      readonly kind: 'error-event';
      readonly at: number;
      readonly message: string;
      readonly code: number;
    }
  | { readonly kind: 'clean-end'; readonly at: number }
  /** A comment between two events; no fault at all, but rare enough to trip over. */
  | { readonly kind: 'comment'; readonly at: number }
  | { readonly kind: 'abort'; readonly at: number };

/** What goes wrong with the replica as a whole, for as long as the rule stands. */
export type ReplicaFault =
  /** Closed: nobody listens. Reset: each new connection is cut. */
  | { readonly kind: 'refuse'; readonly how: 'close' | 'reset' }
  /** Each step takes `factor` times as long. */
  | { readonly kind: 'slow'; readonly factor: number }
  /** The engine makes no step, while its front end answers pages and takes requests. */
  | { readonly kind: 'freeze' }
  /** Metrics and loads stay as they were last asked for. */
  | { readonly kind: 'frozen-metrics' }
  /** The engine dies and is there again at once: connections cut, cache and counters empty. Happens once. */
  | { readonly kind: 'restart' };

/** Which requests a rule strikes. */
export interface FaultMatch {
  /** The path, whole; without it every route that generates. */
  readonly path: string | undefined;
  /** Text that the body must hold. */
  readonly bodyIncludes: string | undefined;
}

/** One order to fail. */
export interface FaultRule {
  readonly fault: RequestFault | ReplicaFault;
  readonly match: FaultMatch;
  /** How many requests it strikes; Infinity without a limit. */
  readonly times: number;
}

/** True for faults that a request has, not the replica. */
export function isRequestFault(fault: RequestFault | ReplicaFault): fault is RequestFault {
  return !replicaKinds.has(fault.kind);
}

const replicaKinds: ReadonlySet<string> = new Set([
  'refuse',
  'slow',
  'freeze',
  'frozen-metrics',
  'restart',
]);

/** A rule that is none; the message names the member and what it may be. */
export class BadFaultRule extends Error {
  override readonly name = 'BadFaultRule';
}

/** Reads a rule from parsed JSON; throws `BadFaultRule`, or `RequestRefused` for a member of the wrong type. */
export function readFaultRule(value: unknown): FaultRule {
  if (!isObject(value)) throw new BadFaultRule('a rule is a JSON object with a kind');
  const fields = new BodyFields(value);
  const match = fields.object('match') ?? new BodyFields({});
  const times = fields.integer('times') ?? Infinity;
  if (times < 1) throw new BadFaultRule('times is 1 or more');
  return {
    fault: readFault(fields),
    match: { path: match.text('path'), bodyIncludes: match.text('bodyIncludes') },
    times,
  };
}

function readFault(fields: BodyFields): RequestFault | ReplicaFault {
  const kind = fields.text('kind') ?? '';
  const read = readers[kind];
  if (read === undefined) {
    throw new BadFaultRule(`kind is one of ${Object.keys(readers).join(', ')}`);
  }
  return read(fields);
}

const readers: Readonly<Record<string, (fields: BodyFields) => RequestFault | ReplicaFault>> = {
  hang: () => ({ kind: 'hang' }),
  status: (fields) => ({
    kind: 'status',
    status: readStatus(fields, 'status', 503),
    retryAfterSeconds: fields.number('retryAfterSeconds'),
  }),
  die: (fields) => ({
    kind: 'die',
    at: readMoment(fields),
    how: readChoice(fields, 'how', ['rst', 'fin']),
  }),
  garbage: (fields) => ({ kind: 'garbage', at: readMoment(fields) }),
  stall: (fields) => ({ kind: 'stall', at: readTokens(fields), ms: fields.number('ms') }),
  'error-event': (fields) => ({
    kind: 'error-event',
    at: readTokens(fields),
    message: fields.text('message') ?? 'Simulated failure.',
    code: readStatus(fields, 'code', 500),
  }),
  'clean-end': (fields) => ({ kind: 'clean-end', at: readTokens(fields) }),
  comment: (fields) => ({ kind: 'comment', at: readTokens(fields) }),
  abort: (fields) => ({ kind: 'abort', at: readTokens(fields) }),
  refuse: (fields) => ({ kind: 'refuse', how: readChoice(fields, 'how', ['close', 'reset']) }),
  slow: (fields) => ({ kind: 'slow', factor: readFactor(fields) }),
  freeze: () => ({ kind: 'freeze' }),
  'frozen-metrics': () => ({ kind: 'frozen-metrics' }),
  restart: () => ({ kind: 'restart' }),
};

function readMoment(fields: BodyFields): Moment {
  return fields.raw('at') === 'headers' ? 'headers' : readTokens(fields);
}

const lateMoments: ReadonlyMap<unknown, number> = new Map([
  ['finish', AT_FINISH],
  ['done', AT_DONE],
]);

function readTokens(fields: BodyFields): number {
  const late = lateMoments.get(fields.raw('at'));
  if (late !== undefined) return late;
  const at = fields.integer('at') ?? 0;
  if (at < 0) throw new BadFaultRule('at is a number of tokens, 0 or more');
  return at;
}

function readStatus(fields: BodyFields, field: string, byDefault: number): number {
  const status = fields.integer(field) ?? byDefault;
  if (status < 400 || status > 599) throw new BadFaultRule(`${field} is 400 to 599`);
  return status;
}

function readFactor(fields: BodyFields): number {
  const factor = fields.number('factor') ?? 0;
  if (!(factor > 0 && factor < Infinity)) throw new BadFaultRule('factor is above 0');
  return factor;
}

function readChoice<Word extends string>(
  fields: BodyFields,
  field: string,
  words: readonly [Word, ...Word[]],
): Word {
  const given = fields.text(field);
  if (given === undefined) return words[0];
  const word = words.find((candidate) => candidate === given);
  if (word === undefined) throw new BadFaultRule(`${field} is one of ${words.join(', ')}`);
  return word;
}

/** A span's place in a W3C trace (https://www.w3.org/TR/trace-context/). Ids are lower-case hex. */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits: the span that this context stands for. */
  readonly spanId: string;
  /** The caller's span; `undefined` at the root of a trace. */
  readonly parentSpanId: string | undefined;
  /** Whether spans of this trace are recorded. */
  readonly sampled: boolean;
  /** Other vendors' state, passed on as it came. */
  readonly tracestate: string | undefined;
}

/** The W3C trace headers of a request, as they come and go. */
export interface TraceHeaders {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** What a valid `traceparent` header says. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** Chance: uniform in [0, 1). */
export type Random = () => number;

/** Longest `tracestate` passed on: what the W3C asks every system to carry. A longer one is dropped. */
export const TRACESTATE_CHARACTERS_MAX = 512;

/** Longest `traceparent` looked at; a later version may append fields to the 55 characters of 00. */
const TRACEPARENT_CHARACTERS_MAX = 256;

const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a `traceparent` header; `undefined` for one that is missing or broken. */
export function parseTraceparent(header: string | undefined): TraceParent | undefined {
  if (header === undefined || header.length > TRACEPARENT_CHARACTERS_MAX) return undefined;
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(header) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === '00' && rest !== undefined) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Opens a context: the child of the caller's, whose flag is honoured, or a root sampled at `sampleRatio` (0 to 1). */
export function openTrace(
  headers: TraceHeaders,
  sampleRatio: number,
  random: Random,
): TraceContext {
  const parent = parseTraceparent(headers.traceparent);
  if (parent === undefined) {
    return {
      traceId: newId(4, random),
      spanId: newSpanId(random),
      parentSpanId: undefined,
      sampled: random() < sampleRatio,
      tracestate: undefined,
    };
  }
  return {
    traceId: parent.traceId,
    spanId: newSpanId(random),
    parentSpanId: parent.spanId,
    sampled: parent.sampled,
    tracestate: soundTracestate(headers.tracestate),
  };
}

/** The headers of a caller's trace as they may go on where no span is made; none of a trace that is broken. */
export function soundTrace({ traceparent, tracestate }: TraceHeaders): TraceHeaders {
  if (parseTraceparent(traceparent) === undefined) return {};
  return { traceparent, tracestate: soundTracestate(tracestate) };
}

/** Visible characters of ASCII and spaces, as the W3C has it. */
const TRACESTATE = /^[ -~]+$/;

function soundTracestate(tracestate: string | undefined): string | undefined {
  if (tracestate === undefined || tracestate.length > TRACESTATE_CHARACTERS_MAX) return undefined;
  return TRACESTATE.test(tracestate) ? tracestate : undefined;
}

/** A new span id: 16 hex digits, never all zero. */
export function newSpanId(random: Random): string {
  return newId(2, random);
}

/** The `traceparent` header that makes `spanId` the parent of what its receiver does. */
export function traceparentOf(trace: TraceContext, spanId: string): string {
  return `00-${trace.traceId}-${spanId}-${trace.sampled ? '01' : '00'}`;
}

const TWO_TO_32 = 4_294_967_296;

const scratch = Buffer.alloc(16);
const scratchView = new DataView(scratch.buffer, scratch.byteOffset, scratch.byteLength);

// One call for all digits: a word's toString and padStart cost fifteen times as much.
function newId(words: number, random: Random): string {
  for (let word = 0; word < words; word += 1) {
    scratchView.setUint32(word * 4, Math.floor(random() * TWO_TO_32));
  }
  // An id of nothing but zeros is invalid by the W3C rules.
  if (scratchView.getUint32(words * 4 - 4) === 0) scratchView.setUint32(words * 4 - 4, 1);
  return scratch.toString('hex', 0, words * 4);
}

import { z } from 'zod';
import type { PromptSegment } from '../prompt.ts';
import { defaultShape } from '../workload.ts';
import type { Workload, WorkloadRequest } from '../workload.ts';

/** Most requests that a trace may hold: 1 GB of bookkeeping at about 1 KB a request. */
const TRACE_REQUESTS_MAX = 1_000_000;
/** Longest prompt or output that a trace may ask for, in tokens. */
export const TRACE_TOKENS_MAX = 10_000_000;
/** Tokens of one block in Mooncake's published traces. */
const MOONCAKE_BLOCK_TOKENS = 512;

const tokens = z.int().min(0).max(TRACE_TOKENS_MAX);

/**
 * One line of our own format. `arrival` is in seconds. Requests of one `prefix` share the first
 * `prefix_tokens` of their prompts; without that number the whole prompt is of the prefix, and a
 * longer prompt continues a shorter one, as the turns of a conversation do.
 */
const ownRow = z.strictObject({
  arrival: z.number().min(0),
  input_tokens: tokens.min(1),
  output_tokens: tokens,
  prefix: z.union([z.string(), z.number()]).optional(),
  prefix_tokens: tokens.optional(),
});

/** One line of a Mooncake trace: `timestamp` in milliseconds, one hash id a block of 512 tokens. */
const mooncakeRow = z.object({
  timestamp: z.number().min(0),
  input_length: tokens.min(1),
  output_length: tokens,
  hash_ids: z.array(z.union([z.string(), z.number()])).optional(),
});

/** A trace that cannot be read; the message names the line and the field. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}

/**
 * Reads a trace in JSONL: own lines or Mooncake's, told apart line by line. Requests come out in
 * order of arrival, the earliest at 0. Blank lines are skipped; anything else that does not fit throws a `TraceError`.
 */
export function traceWorkload(text: string, requestsMax: number = TRACE_REQUESTS_MAX): Workload {
  const requests: WorkloadRequest[] = [];
  for (const [lineIndex, line] of text.split('\n').entries()) {
    if (requests.length === requestsMax) break;
    if (line.trim() !== '') requests.push(readRow(line, lineIndex + 1, requests.length));
  }
  if (requests.length === 0) throw new TraceError('the trace holds no request');
  return {
    dataset: 'trace',
    requests: fromZero(requests),
    requestRate: undefined,
    shape: defaultShape,
  };
}

function readRow(line: string, lineNumber: number, index: number): WorkloadRequest {
  const value = parseLine(line, lineNumber);
  if (typeof value === 'object' && value !== null && 'timestamp' in value) {
    return fromMooncake(check(mooncakeRow, value, lineNumber), index);
  }
  return fromOwn(check(ownRow, value, lineNumber), index);
}

function parseLine(line: string, lineNumber: number): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (cause) {
    throw new TraceError(`line ${lineNumber} is not JSON`, { cause });
  }
}

function check<Row>(schema: z.ZodType<Row>, value: unknown, lineNumber: number): Row {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new TraceError(`line ${lineNumber}${field && `, ${field}`}: ${issue?.message}`);
}

function fromOwn(row: z.infer<typeof ownRow>, index: number): WorkloadRequest {
  const promptTokens = row.input_tokens;
  const own = { content: `request ${index}`, tokens: promptTokens };
  const segments = row.prefix === undefined ? [own] : sharing(row, row.prefix, own);
  return {
    index,
    arrivalMs: row.arrival * 1000,
    promptTokens,
    outputTokens: row.output_tokens,
    prompt: { kind: 'words', segments },
  };
}

function sharing(
  { prefix_tokens, input_tokens }: z.infer<typeof ownRow>,
  prefix: string | number,
  own: PromptSegment,
): readonly PromptSegment[] {
  const shared = Math.min(prefix_tokens ?? input_tokens, input_tokens);
  return [
    { content: `prefix ${prefix}`, tokens: shared },
    { ...own, tokens: input_tokens - shared },
  ];
}

function fromMooncake(row: z.infer<typeof mooncakeRow>, index: number): WorkloadRequest {
  const promptTokens = row.input_length;
  return {
    index,
    arrivalMs: row.timestamp,
    promptTokens,
    outputTokens: row.output_length,
    prompt: { kind: 'words', segments: blockSegments(row.hash_ids ?? [], promptTokens, index) },
  };
}

/** One segment a block; what the hash ids do not cover belongs to the request alone. */
function blockSegments(
  hashIds: readonly (string | number)[],
  promptTokens: number,
  index: number,
): readonly PromptSegment[] {
  const segments: PromptSegment[] = [];
  let left = promptTokens;
  for (const hashId of hashIds) {
    const taken = Math.min(MOONCAKE_BLOCK_TOKENS, left);
    segments.push({ content: `block ${hashId}`, tokens: taken });
    left -= taken;
  }
  if (left > 0) segments.push({ content: `request ${index}`, tokens: left });
  return segments;
}

/** In order of arrival, the earliest at 0. */
function fromZero(requests: readonly WorkloadRequest[]): readonly WorkloadRequest[] {
  const ordered = requests.toSorted((one, other) => one.arrivalMs - other.arrivalMs);
  const startMs = ordered[0]?.arrivalMs ?? 0;
  return ordered.map((request, index) => ({
    ...request,
    index,
    arrivalMs: request.arrivalMs - startMs,
  }));
}

import { readVlq, VLQ_BYTES_MAX, VLQ_MAX, writeVlq } from './vlq.ts';

/** Longest text that gaps are coded in: what Tempo and others keep of one attribute. */
export const GAP_CODE_BYTES_MAX = 2000;

/** Gaps told beyond the first ones where not all find room: the largest. */
export const LATER_GAPS_MAX = 16;

/** The gaps of one stream, as a coded text tells them. */
export interface CodedGaps {
  /** Gaps that the stream had, told or not. */
  readonly gapsTotal: number;
  /** The first gaps in milliseconds, to a tenth; all of them where they found room. */
  readonly firstGapsMs: readonly number[];
  /** The largest of the others, at most `LATER_GAPS_MAX`, in the order in which they came. */
  readonly laterGaps: readonly { readonly index: number; readonly gapMs: number }[];
}

/**
 * Codes the gaps between the outputs of one stream in a text of at most `GAP_CODE_BYTES_MAX` bytes of ASCII:
 * `g1.TOTAL.FIRST` or, where not all found room, `g1.TOTAL.FIRST.LATER`. FIRST has for each gap how much longer
 * it is than the one before; LATER has pairs of how much further on, and how long. All are whole numbers of
 * tenths of a millisecond, written as source maps write theirs (Base64 VLQ): a steady gap takes one byte.
 */
export function encodeGaps(gapsMs: Float32Array, gapsTotal: number): string {
  const head = `g1.${gapsTotal}.`;
  const first = writeFirst(gapsMs, GAP_CODE_BYTES_MAX - head.length);
  const text = head + scratch.toString('latin1', 0, first.bytes);
  if (first.gaps === gapsMs.length) return text;
  const bytes = writeLater(gapsMs, first.gaps);
  return `${text}.${scratch.toString('latin1', 0, bytes)}`;
}

/** Reads a text that `encodeGaps` wrote; `undefined` for any other. */
export function decodeGaps(text: string): CodedGaps | undefined {
  if (text.length > GAP_CODE_BYTES_MAX) return undefined;
  const [, total, first, later = ''] = SHAPE.exec(text) ?? [];
  if (first === undefined) return undefined;
  const growths = readVlq(first);
  const pairs = readVlq(later);
  if (growths === undefined || pairs === undefined) return undefined;
  const gaps = {
    gapsTotal: Number(total),
    firstGapsMs: risen(growths),
    laterGaps: readLater(pairs, growths.length),
  };
  return isSound(gaps) ? gaps : undefined;
}

const SHAPE = /^g1\.(\d{1,10})\.([A-Za-z0-9+/]*)(?:\.([A-Za-z0-9+/]*))?$/;

const UNITS_PER_MS = 10;

/** Longest gap told, some 15 hours: its change is a number that can be coded. */
const GAP_UNITS_MAX = VLQ_MAX;

/** A point, and for each gap its distance and its length, of at most three and six digits. */
const LATER_BYTES = 1 + LATER_GAPS_MAX * (4 + 6);

const scratch = Buffer.alloc(GAP_CODE_BYTES_MAX + VLQ_BYTES_MAX);

/** Writes as many gaps as find room; where that is not all of them, room for the later ones is left. */
function writeFirst(gapsMs: Float32Array, bytesMax: number): { gaps: number; bytes: number } {
  const shortMax = bytesMax - LATER_BYTES;
  const short = { gaps: 0, bytes: 0 };
  let at = 0;
  let sumMs = 0;
  let sumUnits = 0;
  let before = 0;
  for (let index = 0; index < gapsMs.length; index += 1) {
    sumMs += gapsMs[index] ?? 0;
    // Of the sum, so that what is rounded off does not add up.
    const units = Math.min(Math.round(sumMs * UNITS_PER_MS) - sumUnits, GAP_UNITS_MAX);
    sumUnits += units;
    at = writeVlq(units - before, scratch, at);
    before = units;
    if (at > bytesMax) return short;
    if (at > shortMax) continue;
    short.gaps = index + 1;
    short.bytes = at;
  }
  return { gaps: gapsMs.length, bytes: at };
}

function writeLater(gapsMs: Float32Array, from: number): number {
  let at = 0;
  let before = from - 1;
  for (const index of largest(gapsMs, from)) {
    const units = Math.round((gapsMs[index] ?? 0) * UNITS_PER_MS);
    at = writeVlq(index - before, scratch, at);
    at = writeVlq(Math.min(units, GAP_UNITS_MAX), scratch, at);
    before = index;
  }
  return at;
}

/** Where the largest gaps from `from` on are, in their order. */
function largest(gapsMs: Float32Array, from: number): readonly number[] {
  const kept: number[] = [];
  const gapAt = (index: number | undefined): number =>
    index === undefined ? 0 : (gapsMs[index] ?? 0);
  for (let index = from; index < gapsMs.length; index += 1) {
    if (kept.length === LATER_GAPS_MAX && gapAt(index) <= gapAt(kept.at(-1))) continue;
    if (kept.length === LATER_GAPS_MAX) kept.pop();
    const place = kept.findIndex((other) => gapAt(other) < gapAt(index));
    kept.splice(place === -1 ? kept.length : place, 0, index);
  }
  return kept.toSorted((one, other) => one - other);
}

function risen(growths: readonly number[]): readonly number[] {
  let units = 0;
  return growths.map((growth) => {
    units += growth;
    return units / UNITS_PER_MS;
  });
}

function readLater(pairs: readonly number[], from: number): CodedGaps['laterGaps'] {
  let index = from - 1;
  return Array.from({ length: Math.ceil(pairs.length / 2) }, (_, pair) => {
    index += pairs[2 * pair] ?? 0;
    return { index, gapMs: (pairs[2 * pair + 1] ?? Number.NaN) / UNITS_PER_MS };
  });
}

function isSound({ gapsTotal, firstGapsMs, laterGaps }: CodedGaps): boolean {
  const lastIndex = laterGaps.at(-1)?.index ?? firstGapsMs.length - 1;
  const gapsMs = [...firstGapsMs, ...laterGaps.map(({ gapMs }) => gapMs)];
  return lastIndex < gapsTotal && gapsMs.every((gapMs) => gapMs >= 0);
}

/**
 * Spans that a collector took the batch without, read from its `ExportTraceServiceResponse`; 0 for
 * an empty or unreadable answer.
 */
export function rejectedSpans(answer: Uint8Array): number {
  const partialSuccess = findField(answer, PARTIAL_SUCCESS);
  if (!(partialSuccess instanceof Uint8Array)) return 0;
  const rejected = findField(partialSuccess, REJECTED_SPANS);
  return typeof rejected === 'number' ? rejected : 0;
}

/** Field numbers of `ExportTraceServiceResponse` and `ExportTracePartialSuccess`. */
const PARTIAL_SUCCESS = 1;
const REJECTED_SPANS = 1;

const VARINT = 0;
const LENGTH_DELIMITED = 2;

// Both messages hold varints and length-delimited fields only: another wire type ends the search.
function findField(message: Uint8Array, field: number): number | Uint8Array | undefined {
  let at = 0;
  while (at < message.length) {
    const tag = readVarint(message, at);
    const head = readVarint(message, tag.nextAt);
    const wireType = tag.value & 7;
    if (wireType !== VARINT && wireType !== LENGTH_DELIMITED) return undefined;
    const endAt = head.nextAt + (wireType === VARINT ? 0 : head.value);
    if (tag.value >>> 3 === field) {
      return wireType === VARINT ? head.value : message.subarray(head.nextAt, endAt);
    }
    at = endAt;
  }
  return undefined;
}

function readVarint(message: Uint8Array, start: number): { value: number; nextAt: number } {
  let value = 0;
  let scale = 1;
  let at = start;
  let byte = 0x80;
  while (byte >= 0x80 && at < message.length && at - start < VARINT_BYTES_MAX) {
    byte = message[at] ?? 0;
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
    at += 1;
  }
  return { value, nextAt: at };
}

const VARINT_BYTES_MAX = 10;

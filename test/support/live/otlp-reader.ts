/** A value of an attribute, as a collector sees it. */
export type AttributeValue = string | number | boolean | readonly AttributeValue[];

/** A span as a collector sees it. */
export interface ReadSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty at the root of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  /** 2 is a server's, 3 a client's. */
  readonly kind: number;
  /** Nanoseconds since 1970. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly isError: boolean;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

type Field = readonly [number, number | bigint | Buffer];

/** Reads the spans out of an `ExportTraceServiceRequest`, by the wire format alone. */
export function readSpans(request: Buffer): ReadSpan[] {
  return messages(fields(request), 1)
    .flatMap((resourceSpans) => messages(resourceSpans, 2))
    .flatMap((scopeSpans) => messages(scopeSpans, 2))
    .map(readSpan);
}

function readSpan(span: readonly Field[]): ReadSpan {
  const one = (number: number): Field[1] | undefined => span.find(([at]) => at === number)?.[1];
  const hex = (number: number): string => bytesOf(one(number)).toString('hex');
  const [status = []] = messages(span, 15);
  return {
    traceId: hex(1),
    spanId: hex(2),
    parentSpanId: hex(4),
    name: bytesOf(one(5)).toString(),
    kind: Number(one(6)),
    startNs: BigInt(numberOf(one(7))),
    endNs: BigInt(numberOf(one(8))),
    isError: status.some(([at, code]) => at === 3 && code === 2),
    attributes: Object.fromEntries(messages(span, 9).map(readAttribute)),
  };
}

function readAttribute(keyValue: readonly Field[]): [string, AttributeValue] {
  const key = keyValue.find(([at]) => at === 1)?.[1];
  const [value = []] = messages(keyValue, 2);
  return [bytesOf(key).toString(), readValue(value)];
}

function readValue(any: readonly Field[]): AttributeValue {
  const [kind, value] = any[0] ?? [0, 0];
  if (kind === 1) return bytesOf(value).toString();
  if (kind === 2) return value === 1;
  if (kind === 3) return Number(value);
  if (kind === 5) return messages(fields(bytesOf(value)), 1).map(readValue);
  const double = Buffer.alloc(8);
  double.writeBigUInt64LE(BigInt(numberOf(value)));
  return double.readDoubleLE();
}

function messages(message: readonly Field[], number: number): (readonly Field[])[] {
  return message.filter(([at]) => at === number).map(([, value]) => fields(bytesOf(value)));
}

function fields(message: Buffer): readonly Field[] {
  const found: Field[] = [];
  for (let at = 0; at < message.length;) {
    const tag = varint(message, at);
    const [value, next] = valueAt(message, tag.next, tag.value & 7);
    found.push([tag.value >>> 3, value]);
    at = next;
  }
  return found;
}

function valueAt(message: Buffer, at: number, wireType: number): [Field[1], number] {
  if (wireType === 1) return [message.readBigUInt64LE(at), at + 8];
  if (wireType === 5) return [message.readUInt32LE(at), at + 4];
  const { value, next } = varint(message, at);
  return wireType === 0 ? [value, next] : [message.subarray(next, next + value), next + value];
}

function varint(message: Buffer, start: number): { value: number; next: number } {
  let value = 0;
  for (let at = start, scale = 1; ; at += 1, scale *= 128) {
    const byte = message.readUInt8(at);
    value += (byte & 127) * scale;
    if (byte < 128) return { value, next: at + 1 };
  }
}

function bytesOf(value: Field[1] | undefined): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}

function numberOf(value: Field[1] | undefined): number | bigint {
  return typeof value === 'number' || typeof value === 'bigint' ? value : 0;
}

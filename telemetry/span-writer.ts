import type { ProtobufWriter } from './protobuf-writer.ts';

/** How a span begins. Ids are hex, times are milliseconds since 1970. */
export interface SpanHead {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly tracestate: string | undefined;
  readonly name: string;
  readonly kind: 'server' | 'client';
  readonly startMs: number;
  readonly endMs: number;
}

/** How a span ends. */
export interface SpanTail {
  readonly isError: boolean;
  /** Whether the parent is a span of another process. */
  readonly isParentRemote: boolean;
}

/** Longest name, and longest text of one attribute; longer ones are cut. */
export const ATTRIBUTE_CHARACTERS_MAX = 256;

/** Values kept as bytes for one label. */
const LABEL_VALUES_MAX = 256;

/** Field numbers of `ScopeSpans`, `Span`, `Status`, `KeyValue` and `AnyValue` in opentelemetry-proto 1.x. */
const SCOPE_SPANS = { spans: 2 } as const;
const SPAN = {
  traceId: 1,
  spanId: 2,
  traceState: 3,
  parentSpanId: 4,
  name: 5,
  kind: 6,
  startTime: 7,
  endTime: 8,
  attributes: 9,
  droppedAttributes: 10,
  droppedEvents: 12,
  droppedLinks: 14,
  status: 15,
  flags: 16,
} as const;
const STATUS = { code: 3 } as const;
const KEY_VALUE = { key: 1, value: 2 } as const;
const ANY_VALUE = { text: 1, flag: 2, integer: 3, double: 4, array: 5 } as const;
const ARRAY_VALUE = { values: 1 } as const;

const KINDS = { server: 2, client: 3 } as const;
const STATUS_UNSET = 0;
const STATUS_ERROR = 2;

const FLAG_SAMPLED = 0x001;
const FLAG_REMOTE_KNOWN = 0x100;
const FLAG_PARENT_REMOTE = 0x200;

/**
 * Writes OTLP spans, field for field as the OpenTelemetry exporter does, straight from values:
 * no span object is made, kept or walked. An attribute whose value is `undefined` is left out.
 */
export class SpanWriter {
  readonly #writer: ProtobufWriter;
  readonly #labels = new Map<string, Map<string, Uint8Array>>();
  #start = 0;

  constructor(writer: ProtobufWriter) {
    this.#writer = writer;
  }

  /** Opens a span. Attributes follow, then `end`. */
  begin(head: SpanHead): void {
    const writer = this.#writer;
    this.#start = writer.open(SCOPE_SPANS.spans);
    writer.hex(SPAN.traceId, head.traceId);
    writer.hex(SPAN.spanId, head.spanId);
    if (head.tracestate !== undefined) writer.text(SPAN.traceState, head.tracestate);
    if (head.parentSpanId !== undefined) writer.hex(SPAN.parentSpanId, head.parentSpanId);
    writer.text(SPAN.name, cut(head.name));
    writer.integer(SPAN.kind, KINDS[head.kind]);
    writer.nanoseconds(SPAN.startTime, head.startMs);
    writer.nanoseconds(SPAN.endTime, head.endMs);
  }

  /** Adds a text, cut at `ATTRIBUTE_CHARACTERS_MAX`; `field` is that of the message's attributes. */
  text(name: string, value: string | undefined, field: number = SPAN.attributes): void {
    if (value === undefined) return;
    const attribute = this.#open(name, field);
    const any = this.#writer.open(KEY_VALUE.value);
    this.#writer.text(ANY_VALUE.text, cut(value));
    this.#writer.close(any);
    this.#writer.close(attribute);
  }

  /** Adds a text of which there are few different ones: its bytes are kept, and copied at a third of the cost. */
  label(name: string, value: string | undefined): void {
    if (value === undefined) return;
    const known = this.#labels.get(name)?.get(value);
    if (known !== undefined) {
      this.#writer.raw(known);
      return;
    }
    const start = this.#writer.length;
    this.text(name, value);
    this.#keep(name, value, this.#writer.written().slice(start));
  }

  /** Adds a whole number, rounded; one that is negative or beyond 2^53 is left out. */
  integer(name: string, value: number | undefined): void {
    if (value === undefined || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) return;
    const attribute = this.#open(name);
    const any = this.#writer.open(KEY_VALUE.value);
    this.#writer.integer(ANY_VALUE.integer, Math.round(value));
    this.#writer.close(any);
    this.#writer.close(attribute);
  }

  /** Adds a duration in seconds, given in milliseconds. */
  seconds(name: string, milliseconds: number | undefined): void {
    if (milliseconds === undefined) return;
    const attribute = this.#open(name);
    const any = this.#writer.open(KEY_VALUE.value);
    this.#writer.double(ANY_VALUE.double, milliseconds / 1000);
    this.#writer.close(any);
    this.#writer.close(attribute);
  }

  /** Adds a yes or no. */
  flag(name: string, value: boolean): void {
    const attribute = this.#open(name);
    const any = this.#writer.open(KEY_VALUE.value);
    this.#writer.integer(ANY_VALUE.flag, value ? 1 : 0);
    this.#writer.close(any);
    this.#writer.close(attribute);
  }

  /** Adds a list that holds one text. */
  textList(name: string, value: string | undefined): void {
    if (value === undefined) return;
    const attribute = this.#open(name);
    const any = this.#writer.open(KEY_VALUE.value);
    const array = this.#writer.open(ANY_VALUE.array);
    const item = this.#writer.open(ARRAY_VALUE.values);
    this.#writer.text(ANY_VALUE.text, cut(value));
    this.#writer.close(item);
    this.#writer.close(array);
    this.#writer.close(any);
    this.#writer.close(attribute);
  }

  /** Closes the span. */
  end({ isError, isParentRemote }: SpanTail): void {
    const writer = this.#writer;
    writer.integer(SPAN.droppedAttributes, 0);
    writer.integer(SPAN.droppedEvents, 0);
    writer.integer(SPAN.droppedLinks, 0);
    const status = writer.open(SPAN.status);
    writer.integer(STATUS.code, isError ? STATUS_ERROR : STATUS_UNSET);
    writer.close(status);
    const remote = isParentRemote ? FLAG_PARENT_REMOTE : 0;
    writer.fixed32(SPAN.flags, FLAG_SAMPLED | FLAG_REMOTE_KNOWN | remote);
    writer.close(this.#start);
  }

  #keep(name: string, value: string, bytes: Uint8Array): void {
    const values = this.#labels.get(name) ?? new Map<string, Uint8Array>();
    // Values that are not few after all are written anew from time to time.
    if (values.size >= LABEL_VALUES_MAX) values.clear();
    values.set(value, bytes);
    this.#labels.set(name, values);
  }

  #open(name: string, field: number = SPAN.attributes): number {
    const attribute = this.#writer.open(field);
    this.#writer.text(KEY_VALUE.key, name);
    return attribute;
  }
}

function cut(text: string): string {
  return text.length > ATTRIBUTE_CHARACTERS_MAX ? text.slice(0, ATTRIBUTE_CHARACTERS_MAX) : text;
}

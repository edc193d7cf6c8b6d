import type { Recorder } from './recorder.ts';
import type { SpanTimes } from './spans.ts';
import type { TraceContext } from './trace-context.ts';
import { ProtobufWriter } from './protobuf-writer.ts';
import { attributes } from './semconv.ts';
import { SpanWriter } from './span-writer.ts';
import { spansOf, writeSpans } from './spans.ts';

/** Who sends the spans. */
export interface SpanSource {
  readonly serviceName: string;
  readonly version: string;
  /** Tells apart several gateways of one service. */
  readonly instanceId: string;
}

/** Size of one post: about a thousand spans, well under what collectors accept. */
export const BATCH_BYTES_MAX = 524_288;

/** Room that one span takes at most: a dozen texts of three bytes a character, and change. */
export const SPAN_BYTES_MAX = 16_384;

/** Field numbers of `ExportTraceServiceRequest`, `ResourceSpans`, `ScopeSpans`, `Resource` and `InstrumentationScope`. */
const REQUEST = { resourceSpans: 1 } as const;
const RESOURCE_SPANS = { resource: 1, scopeSpans: 2 } as const;
const RESOURCE = { attributes: 1, droppedAttributes: 2 } as const;
const SCOPE_SPANS = { scope: 1 } as const;
const SCOPE = { name: 1, version: 2 } as const;

/** One export request in the making: bytes of fixed size, filled request by request. */
export class SpanBatch {
  readonly #source: SpanSource;
  readonly #writer = new ProtobufWriter(BATCH_BYTES_MAX);
  readonly #spanWriter: SpanWriter;
  #resourceSpans = 0;
  #scopeSpans = 0;
  #spans = 0;

  constructor(source: SpanSource) {
    this.#source = source;
    this.#spanWriter = new SpanWriter(this.#writer);
    this.reset();
  }

  /** Spans written since the last `reset`. */
  get spans(): number {
    return this.#spans;
  }

  /** Whether the spans of a request are sure to fit. */
  hasRoomFor(record: Recorder): boolean {
    return this.#writer.roomBytes >= SPAN_BYTES_MAX * spansOf(record);
  }

  /** Writes the spans of one request. Call it only while there is room. */
  add(record: Recorder, trace: TraceContext, times: SpanTimes): void {
    writeSpans(this.#spanWriter, record, trace, times);
    this.#spans += spansOf(record);
  }

  /** Closes the batch; the body is a view that is valid until `reset`. */
  finish(): Uint8Array {
    this.#writer.close(this.#scopeSpans);
    this.#writer.close(this.#resourceSpans);
    return this.#writer.written();
  }

  /** Empties the batch, so that its memory serves again. */
  reset(): void {
    const writer = this.#writer;
    const { serviceName, version, instanceId } = this.#source;
    writer.rewind(0);
    this.#spans = 0;
    this.#resourceSpans = writer.open(REQUEST.resourceSpans);
    const resource = writer.open(RESOURCE_SPANS.resource);
    this.#spanWriter.text(attributes.serviceName, serviceName, RESOURCE.attributes);
    this.#spanWriter.text(attributes.serviceVersion, version, RESOURCE.attributes);
    this.#spanWriter.text(attributes.serviceInstance, instanceId, RESOURCE.attributes);
    writer.integer(RESOURCE.droppedAttributes, 0);
    writer.close(resource);
    this.#scopeSpans = writer.open(RESOURCE_SPANS.scopeSpans);
    const scope = writer.open(SCOPE_SPANS.scope);
    writer.text(SCOPE.name, serviceName);
    writer.text(SCOPE.version, version);
    writer.close(scope);
  }
}

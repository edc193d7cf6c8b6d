import { TraceState } from '@opentelemetry/core';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';

/** A span as the OpenTelemetry SDK hands it to its exporters. */
type SdkSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];

/** What one span says; all else is as in every span of a gateway. */
export interface SpanFacts {
  readonly name: string;
  readonly kind: 'server' | 'client';
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly isParentRemote?: boolean;
  readonly tracestate?: string;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: SdkSpan['attributes'];
  readonly isError?: boolean;
}

/** Who sends the spans of the tests. */
export const spanSource = { serviceName: 'numagate', version: '1.2.3', instanceId: 'one' };

const resource = resourceFromAttributes({
  'service.name': spanSource.serviceName,
  'service.version': spanSource.version,
  'service.instance.id': spanSource.instanceId,
});

const scope = { name: spanSource.serviceName, version: spanSource.version };

/** The export request that the OpenTelemetry exporter would send for these spans. */
export function exportedBySdk(spans: readonly SpanFacts[]): Uint8Array {
  return ProtobufTraceSerializer.serializeRequest(spans.map(toSdk)) ?? new Uint8Array();
}

function toSdk(span: SpanFacts): SdkSpan {
  const { traceId, tracestate, parentSpanId } = span;
  const context = {
    traceId,
    spanId: span.spanId,
    traceFlags: 1,
    ...(tracestate === undefined ? {} : { traceState: new TraceState(tracestate) }),
  };
  const parent = {
    traceId,
    spanId: parentSpanId ?? '',
    traceFlags: 1,
    isRemote: span.isParentRemote ?? false,
  };
  return {
    name: span.name,
    kind: span.kind === 'server' ? 1 : 2,
    spanContext: () => context,
    ...(parentSpanId === undefined ? {} : { parentSpanContext: parent }),
    startTime: hrTime(span.startMs),
    endTime: hrTime(span.endMs),
    status: { code: span.isError === true ? 2 : 0 },
    attributes: span.attributes,
    links: [],
    events: [],
    duration: hrTime(span.endMs - span.startMs),
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000);
  const wholeMs = Math.floor(ms);
  return [seconds, (wholeMs - seconds * 1000) * 1e6 + Math.round((ms - wholeMs) * 1e6)];
}

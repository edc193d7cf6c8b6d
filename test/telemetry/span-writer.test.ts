import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtobufWriter } from '../../telemetry/protobuf-writer.ts';
import {
  ATTRIBUTE_CHARACTERS_MAX,
  type SpanHead,
  SpanWriter,
} from '../../telemetry/span-writer.ts';
import { exportedBySdk, type SpanFacts } from '../support/otlp.ts';

const head: SpanHead = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentSpanId: undefined,
  tracestate: undefined,
  name: 'chat llama',
  kind: 'client',
  startMs: 1_700_000_000_000.25,
  endMs: 1_700_000_000_123.75,
};

interface Tail {
  readonly isError: boolean;
  readonly isParentRemote: boolean;
}

/** One span as our writer writes it, its attributes by `write`. */
function written(
  write: (writer: SpanWriter) => void,
  changes: Partial<SpanHead> = {},
  tail: Tail = { isError: false, isParentRemote: false },
): string {
  const bytes = new ProtobufWriter(65_536);
  const writer = new SpanWriter(bytes);
  writer.begin({ ...head, ...changes });
  write(writer);
  writer.end(tail);
  return Buffer.from(bytes.written()).toString('hex');
}

/** The same span out of a whole request of the OpenTelemetry exporter: it stands last in there. */
function expected(attributes: SpanFacts['attributes'], changes: Partial<SpanFacts> = {}): string {
  const { parentSpanId: _parent, tracestate: _state, ...facts } = head;
  const request = exportedBySdk([{ ...facts, attributes, ...changes }]);
  return Buffer.from(request).toString('hex');
}

describe('a span', () => {
  it('is written byte for byte as the OpenTelemetry exporter writes it', () => {
    expect(expected({})).toContain(written(() => {}));
  });

  it('names its parent, the state of other vendors and where the parent is', () => {
    const parentSpanId = '00f067aa0ba902b7';
    const changes = { parentSpanId, tracestate: 'vendor=1,other=2', kind: 'server' } as const;

    const bytes = written(() => {}, changes, { isError: false, isParentRemote: true });

    expect(expected({}, { ...changes, isParentRemote: true })).toContain(bytes);
  });

  it('says that it failed', () => {
    const bytes = written(() => {}, {}, { isError: true, isParentRemote: false });

    expect(expected({}, { isError: true })).toContain(bytes);
  });

  it('carries attributes of every kind in the order in which they were written', () => {
    const bytes = written((writer) => {
      writer.text('text', 'a value');
      writer.integer('integer', 30_000);
      writer.seconds('seconds', 12.5);
      writer.flag('yes', true);
      writer.flag('no', false);
      writer.textList('list', 'stop');
      writer.label('label', 'few');
    });

    const attributes = {
      text: 'a value',
      integer: 30_000,
      seconds: 0.0125,
      yes: true,
      no: false,
      list: ['stop'],
      label: 'few',
    };
    expect(expected(attributes)).toContain(bytes);
  });

  it('leaves out attributes without a value', () => {
    const bytes = written((writer) => {
      writer.text('text', undefined);
      writer.label('label', undefined);
      writer.integer('integer', undefined);
      writer.seconds('seconds', undefined);
      writer.textList('list', undefined);
    });

    expect(bytes).toBe(written(() => {}));
  });

  it('writes whatever texts come, as the exporter does', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 100 });
    fc.assert(
      fc.property(text, text, (name, value) => {
        const bytes = written((writer) => writer.text('attribute', value), { name });

        expect(expected({ attribute: value }, { name })).toContain(bytes);
      }),
    );
  });
});

describe('a text attribute', () => {
  it.each([
    [ATTRIBUTE_CHARACTERS_MAX, ATTRIBUTE_CHARACTERS_MAX],
    [ATTRIBUTE_CHARACTERS_MAX + 1, ATTRIBUTE_CHARACTERS_MAX],
  ])('of %i characters is written with %i', (characters, kept) => {
    const bytes = written((writer) => writer.text('text', 'x'.repeat(characters)));

    expect(expected({ text: 'x'.repeat(kept) })).toContain(bytes);
  });

  it('and a name are cut the same way', () => {
    const bytes = written(() => {}, { name: 'x'.repeat(1000) });

    expect(expected({}, { name: 'x'.repeat(ATTRIBUTE_CHARACTERS_MAX) })).toContain(bytes);
  });

  it('in a list is cut the same way', () => {
    const bytes = written((writer) => writer.textList('text', 'x'.repeat(1000)));

    expect(expected({ text: ['x'.repeat(ATTRIBUTE_CHARACTERS_MAX)] })).toContain(bytes);
  });
});

describe('an integer attribute', () => {
  it('is rounded', () => {
    expect(written((writer) => writer.integer('n', 12.4))).toBe(
      written((writer) => writer.integer('n', 12)),
    );
  });

  it.each([-1, Number.NaN, Infinity, Number.MAX_SAFE_INTEGER + 1])('of %f is left out', (value) => {
    expect(written((writer) => writer.integer('n', value))).toBe(written(() => {}));
  });

  it('of the largest safe number is written', () => {
    const bytes = written((writer) => writer.integer('n', Number.MAX_SAFE_INTEGER));

    expect(expected({ n: Number.MAX_SAFE_INTEGER })).toContain(bytes);
  });
});

describe('a label', () => {
  it('is the same text the first time and every other time', () => {
    const bytes = written((writer) => {
      for (const value of ['a', 'b', 'a', 'b']) writer.label('model', value);
    });
    const asTexts = written((writer) => {
      for (const value of ['a', 'b', 'a', 'b']) writer.text('model', value);
    });

    expect(bytes).toBe(asTexts);
  });

  it('is right also when there are more values than are kept', () => {
    const values = Array.from({ length: 300 }, (_, index) => `value-${index}`);
    const write = (writer: SpanWriter, one: 'label' | 'text'): void => {
      for (const value of [...values, ...values]) writer[one]('model', value);
    };

    expect(written((writer) => write(writer, 'label'))).toBe(
      written((writer) => write(writer, 'text')),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  newSpanId,
  openTrace,
  parseTraceparent,
  soundTrace,
  TRACESTATE_CHARACTERS_MAX,
  traceparentOf,
} from '../../telemetry/trace-context.ts';
import { seededRandom } from '../support/chance.ts';
import { aTrace } from '../support/records.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const header = `00-${traceId}-${spanId}-01`;

describe('a traceparent header', () => {
  it('names a trace, a span and whether it is sampled', () => {
    expect(parseTraceparent(header)).toEqual({ traceId, spanId, sampled: true });
  });

  it.each([
    ['00', false],
    ['01', true],
    ['02', false],
    ['03', true],
    ['ff', true],
  ])('with flags %s is sampled: %s', (flags, sampled) => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-${flags}`)?.sampled).toBe(sampled);
  });

  it.each([
    ['nothing', undefined],
    ['an empty one', ''],
    ['upper case', header.toUpperCase()],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['a span of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['a short trace', `00-${traceId.slice(1)}-${spanId}-01`],
    ['no flags', `00-${traceId}-${spanId}`],
    ['the forbidden version', `ff-${traceId}-${spanId}-01`],
    ['a tail that version 00 does not have', `${header}-more`],
    ['a tail without a dash', `cc${header.slice(2)}more`],
    ['leading blanks', ` ${header}`],
    ['far too long', `cc${header.slice(2)}-${'x'.repeat(300)}`],
  ])('is refused: %s', (_, broken) => {
    expect(parseTraceparent(broken)).toBeUndefined();
  });

  it('of a later version is read as far as it is known', () => {
    expect(parseTraceparent(`cc${header.slice(2)}-more`)?.traceId).toBe(traceId);
    expect(parseTraceparent(`cc${header.slice(2)}`)?.traceId).toBe(traceId);
  });

  it('comes back as it was written', () => {
    const flags = fc.boolean();
    fc.assert(
      fc.property(flags, fc.integer({ min: 1 }), (sampled, seed) => {
        const trace = openTrace({}, sampled ? 1 : 0, seededRandom(seed));
        const child = newSpanId(seededRandom(seed + 1));
        const parsed = parseTraceparent(traceparentOf(trace, child));
        expect(parsed).toEqual({ traceId: trace.traceId, spanId: child, sampled });
      }),
    );
  });
});

describe('a trace', () => {
  it("goes on with the caller's, on a span of its own", () => {
    const trace = openTrace({ traceparent: header, tracestate: 'vendor=1' }, 0, seededRandom(1));

    expect(trace).toEqual({
      traceId,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      parentSpanId: spanId,
      sampled: true,
      tracestate: 'vendor=1',
    });
    expect(trace.spanId).not.toBe(spanId);
  });

  it('honours a caller that does not sample', () => {
    const traceparent = `00-${traceId}-${spanId}-00`;

    expect(openTrace({ traceparent }, 1, seededRandom(1)).sampled).toBe(false);
  });

  it('starts anew where the header is broken, and drops the state that came with it', () => {
    const trace = openTrace({ traceparent: 'x', tracestate: 'vendor=1' }, 1, seededRandom(1));

    expect(trace.parentSpanId).toBeUndefined();
    expect(trace.tracestate).toBeUndefined();
    expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    [TRACESTATE_CHARACTERS_MAX, true],
    [TRACESTATE_CHARACTERS_MAX + 1, false],
  ])('passes on a state of %i characters: %s', (characters, passes) => {
    const tracestate = 'x'.repeat(characters);
    const trace = openTrace({ traceparent: header, tracestate }, 1, seededRandom(1));

    expect(trace.tracestate).toBe(passes ? tracestate : undefined);
  });

  it.each([0, 0.1, 0.5, 1])('that starts here is sampled in a share of %f', (ratio) => {
    const random = seededRandom(7);
    const traces = Array.from({ length: 10_000 }, () => openTrace({}, ratio, random));
    const sampled = traces.filter((trace) => trace.sampled).length;

    expect(Math.abs(sampled / 10_000 - ratio)).toBeLessThan(
      ratio === 0 || ratio === 1 ? 1e-9 : 0.02,
    );
  });

  it('has ids of its own', () => {
    const random = seededRandom(7);
    const traces = Array.from({ length: 1000 }, () => openTrace({}, 1, random));

    expect(new Set(traces.map((trace) => trace.traceId)).size).toBe(1000);
    expect(new Set(traces.map((trace) => trace.spanId)).size).toBe(1000);
  });

  it('never has an id of zeros, be chance as it may', () => {
    const trace = openTrace({}, 1, () => 0);

    expect(trace.traceId).toBe(`${'0'.repeat(31)}1`);
    expect(trace.spanId).toBe(`${'0'.repeat(15)}1`);
    expect(parseTraceparent(traceparentOf(trace, trace.spanId))).toBeDefined();
  });

  it('is written with its flag', () => {
    expect(traceparentOf(aTrace({ traceId }), spanId)).toBe(header);
    expect(traceparentOf(aTrace({ traceId, sampled: false }), spanId)).toMatch(/-00$/);
  });
});

describe('the headers of a trace that the gateway only hands on', () => {
  const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;

  it('are those that came', () => {
    const headers = { traceparent, tracestate: 'vendor=1' };
    expect(soundTrace(headers)).toEqual(headers);
  });

  it.each([undefined, '', 'broken', `${traceparent}x`, `${traceparent}, ${traceparent}`])(
    'are none where the parent is %j',
    (broken) => {
      expect(soundTrace({ traceparent: broken, tracestate: 'vendor=1' })).toEqual({});
    },
  );

  it.each(['', 'a\u00ffb', 'a\u0001b', 'x'.repeat(TRACESTATE_CHARACTERS_MAX + 1)])(
    'leave a state behind that nobody has to carry: %j',
    (tracestate) => {
      expect(soundTrace({ traceparent, tracestate })).toEqual({
        traceparent,
        tracestate: undefined,
      });
    },
  );
});

import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataStart, EVENT_BYTES_MAX, eventEnd, EventJoiner } from '../../../gateway/wire/sse.ts';
import { anySplit, cutsInTwo, singleBytes } from '../../support/splits.ts';

/** The events found in chunks, and what is left over at their end. */
function readEvents(chunks: readonly Buffer[]): { events: string[]; heldBytes: number } {
  const joiner = new EventJoiner();
  const events: string[] = [];
  for (const chunk of chunks) {
    const bytes = joiner.join(chunk);
    let start = 0;
    for (let end = eventEnd(bytes, 0); end !== -1; end = eventEnd(bytes, end)) {
      events.push(bytes.toString('utf8', start, end));
      start = end;
    }
    joiner.hold(bytes, start);
  }
  return { events, heldBytes: joiner.heldBytes };
}

describe('the end of an event', () => {
  it.each([
    ['two line feeds', 'data: a\n\n', 9],
    ['two CRLF', 'data: a\r\n\r\n', 11],
    ['a line feed and a CRLF', 'data: a\n\r\n', 10],
    ['a CRLF and a line feed', 'data: a\r\n\n', 10],
    ['the first blank line of several', 'a\n\n\n\n', 3],
    ['a blank line behind a comment', ': keep-alive\n\ndata: a\n\n', 14],
    ['a blank line behind several lines', 'event: x\ndata: a\n\n', 18],
  ])('is just past %s', (_what, text, end) => {
    expect(eventEnd(Buffer.from(text), 0)).toBe(end);
  });

  it.each([
    ['nothing', ''],
    ['a line without an end', 'data: a'],
    ['one line end', 'data: a\n'],
    ['one CRLF', 'data: a\r\n'],
    ['a blank line that lacks its line feed', 'data: a\r\n\r'],
    ['lone carriage returns, which end no line', 'data: a\r\rdata: b\r\r'],
    ['a blank line of spaces', 'data: a\n \n'],
  ])('has not come with %s', (_what, text) => {
    expect(eventEnd(Buffer.from(text), 0)).toBe(-1);
  });

  it('is looked for from the given place on', () => {
    const bytes = Buffer.from('data: a\n\ndata: b\n\n');

    expect(eventEnd(bytes, 9)).toBe(18);
    expect(eventEnd(bytes, 18)).toBe(-1);
  });
});

describe('events in a stream of chunks', () => {
  const stream = Buffer.from(
    'data: {"a":"é🍏"}\n\n: comment\r\n\r\nevent: x\ndata: b\n\ndata: left over\n',
  );
  const whole = readEvents([stream]);

  it('are the same wherever the stream is cut in two', () => {
    for (const chunks of cutsInTwo(stream)) expect(readEvents(chunks)).toEqual(whole);
  });

  it('are the same one byte at a time', () => {
    expect(readEvents(singleBytes(stream))).toEqual(whole);
  });

  it('are the same for any split', () => {
    fc.assert(
      fc.property(anySplit(stream), (chunks) => {
        expect(readEvents(chunks)).toEqual(whole);
      }),
    );
  });

  it('hold all bytes, once and in order', () => {
    expect(whole.events.join('')).toBe(stream.toString().replace('data: left over\n', ''));
    expect(whole.heldBytes).toBe('data: left over\n'.length);
  });

  it('hold the data that another parser finds', () => {
    const line = fc.stringMatching(/^[^\r\n]*$/);
    const ending = fc.constantFrom('\n', '\r\n');
    const oneEvent = fc
      .tuple(fc.array(line, { minLength: 1, maxLength: 3 }), ending)
      .map(([lines, end]) => `${lines.map((text) => `data: ${text}${end}`).join('')}${end}`);

    fc.assert(
      fc.property(fc.array(oneEvent, { maxLength: 5 }), (events) => {
        const found = readEvents(singleBytes(Buffer.from(events.join(''))));

        expect(found).toEqual({ events, heldBytes: 0 });
        expect(found.events.flatMap(parse)).toEqual(parse(events.join('')));
      }),
    );
  });

  function parse(text: string): string[] {
    const data: string[] = [];
    createParser({ onEvent: (event) => data.push(event.data) }).feed(text);
    return data;
  }
});

describe('what is held of an event', () => {
  it('is nothing where a chunk ends with one', () => {
    const joiner = new EventJoiner();

    expect(joiner.hold(Buffer.from('data: a\n\n'), 9)).toBe(true);
    expect(joiner.heldBytes).toBe(0);
  });

  it('costs no copy of the chunk where nothing was held', () => {
    const joiner = new EventJoiner();
    const chunk = Buffer.from('data: a\n\n');

    expect(joiner.join(chunk)).toBe(chunk);
  });

  it('is given out once', () => {
    const joiner = new EventJoiner();
    joiner.hold(Buffer.from('data: a'), 0);

    expect(joiner.join(Buffer.from('b\n\n')).toString()).toBe('data: ab\n\n');
    expect(joiner.heldBytes).toBe(0);
    expect(joiner.join(Buffer.from('c')).toString()).toBe('c');
  });

  it('may be as long as the longest event', () => {
    const joiner = new EventJoiner();

    expect(joiner.hold(Buffer.alloc(EVENT_BYTES_MAX + 7), 7)).toBe(true);
    expect(joiner.heldBytes).toBe(EVENT_BYTES_MAX);
  });

  it('may not be one byte longer', () => {
    expect(new EventJoiner().hold(Buffer.alloc(EVENT_BYTES_MAX + 8), 7)).toBe(false);
  });
});

describe('the payload of an event', () => {
  it.each([
    ['data: x\n\n', 6],
    ['data:x\n\n', 5],
    [': ping\ndata: x\n\n', 13],
    ['event: error\r\ndata: x\r\n\r\n', 20],
    [': data: x\n\n', -1],
    ['', -1],
  ])('of %j stands at %i', (event, at) => {
    expect(dataStart(event)).toBe(at);
  });
});

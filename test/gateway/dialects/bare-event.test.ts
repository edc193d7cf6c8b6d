import { describe, expect, it } from 'vitest';
import { readBareEvent } from '../../../gateway/dialects/bare-event.ts';
import { dataStart } from '../../../gateway/wire/sse.ts';

describe('an event without a choice', () => {
  it.each([
    ['data: {"error":{}}\n\n', 'error'],
    ['data: {"a":1,"error":"x"}\n\n', 'error'],
    ['data: {"object" : "error"}\n\n', 'error'],
    ['event: error\ndata: x\n\n', 'error'],
    ['data: {"usage":{}}\n\n', 'usage'],
    ['data: {"error":null,"usage":{}}\n\n', 'usage'],
    ['data: {"error":""}\n\n', 'other'],
    ['data: {"usage":null}\n\n', 'other'],
    ['data: null\n\n', 'other'],
    ['data: 7\n\n', 'other'],
    ['data: event: error\n\n', 'other'],
    ['data: {"error":{}\n\n', 'other'],
  ])('as %j holds: %s', (event, held) => {
    expect(readBareEvent(event, dataStart(event))).toBe(held);
  });
});

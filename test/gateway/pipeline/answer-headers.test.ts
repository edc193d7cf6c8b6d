import { describe, expect, it } from 'vitest';
import { answerHeaders } from '../../../gateway/pipeline/answer-headers.ts';

describe('the headers of an engine’s answer', () => {
  it('that mean something to a client reach it as they came', () => {
    const headers = {
      'content-type': 'text/event-stream; charset=utf-8',
      'content-length': '12',
      'cache-control': 'no-cache',
      'retry-after': '7',
      server: 'uvicorn',
    };

    expect(answerHeaders(headers)).toEqual(headers);
  });

  it.each([
    'connection',
    'keep-alive',
    'transfer-encoding',
    'date',
    'set-cookie',
    'x-request-id',
    'access-control-allow-origin',
  ])('do not include %s, which belongs to the hop or the engine', (name) => {
    expect(answerHeaders({ [name]: 'x' })).toEqual({});
  });

  it('that came twice stay two', () => {
    expect(answerHeaders({ server: ['a', 'b'] })).toEqual({ server: ['a', 'b'] });
  });
});

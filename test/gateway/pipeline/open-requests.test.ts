import { describe, expect, it } from 'vitest';
import { OpenRequests } from '../../../gateway/pipeline/open-requests.ts';
import { anExchange, aRecorder, chatBody, decoded } from '../../support/exchange.ts';
import { aDestination } from '../../support/records.ts';

/** An exchange whose record has gone to a replica and put out so many tokens. */
function streaming(replica: string, tokens: number, requestId = 'request-0') {
  const exchange = anExchange({ requestId, recorder: aRecorder() });
  exchange.recorder.attempt(aDestination({ replica }));
  if (tokens > 0) exchange.recorder.timer.output(10, tokens);
  return exchange;
}

describe('the open requests', () => {
  it('are those who have come and not gone, the eldest first, each under a number of its own', () => {
    const open = new OpenRequests();
    const first = open.enter(anExchange({ requestId: 'a' }));
    const second = open.enter(anExchange({ requestId: 'b' }));

    expect([...open.values()].map(({ exchange }) => exchange.requestId)).toEqual(['a', 'b']);
    expect(second.number).toBeGreaterThan(first.number);

    open.leave(first);
    expect(open.size).toBe(1);
    expect([open.has(first), open.has(second)]).toEqual([false, true]);
    expect(open.enter(anExchange()).number).toBeGreaterThan(second.number);
  });

  it('are found by their id, of two with one id the younger', () => {
    const open = new OpenRequests();
    open.enter(anExchange({ requestId: 'a' }));
    const younger = open.enter(anExchange({ requestId: 'a' }));

    expect(open.find('a')).toBe(younger);
    expect(open.find('b')).toBeUndefined();
  });

  it('count the tokens of each replica over those who stream and those who have ended', () => {
    const open = new OpenRequests();
    const ended = open.enter(streaming('r0', 5));
    open.enter(streaming('r0', 3));
    open.enter(streaming('r1', 2));
    open.enter(anExchange());

    open.leave(ended);
    open.leave(ended);

    expect(Object.fromEntries(open.tokensByReplica())).toEqual({ r0: 8, r1: 2 });
  });

  it('count the tokens of an answer that went on elsewhere where each came from', () => {
    const open = new OpenRequests();
    const exchange = streaming('r0', 500);
    exchange.recorder.streamed = true;
    const entered = open.enter(exchange);
    exchange.recorder.attempt(aDestination({ replica: 'r1' }));
    expect(Object.fromEntries(open.tokensByReplica())).toEqual({ r0: 500, r1: 0 });

    exchange.recorder.timer.output(20, 7);
    exchange.recorder.attempt(aDestination({ replica: 'r0' }));
    exchange.recorder.timer.output(30, 2);
    expect(Object.fromEntries(open.tokensByReplica())).toEqual({ r0: 502, r1: 7 });
    open.leave(entered);
    expect(Object.fromEntries(open.tokensByReplica())).toEqual({ r0: 502, r1: 7 });
  });

  it('count a whole answer when it has ended, by the engine’s own word', () => {
    const open = new OpenRequests();
    const exchange = anExchange({ request: decoded({ ...chatBody, stream: false }) });
    exchange.recorder.attempt(aDestination({ replica: 'r0' }));
    const entered = open.enter(exchange);

    expect(open.tokensByReplica().get('r0')).toBe(0);

    exchange.recorder.usage({ prompt: 4, output: 40 });
    open.leave(entered);
    expect(open.tokensByReplica().get('r0')).toBe(40);
  });
});

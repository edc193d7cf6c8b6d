import { describe, expect, it } from 'vitest';
import { OpenRequests } from '../../../../gateway/pipeline/open-requests.ts';
import { RequestSample, TOLD_MAX } from '../../../../gateway/server/live/request-sample.ts';
import { anExchange, aRecorder } from '../../../support/exchange.ts';
import { aStream } from '../../../support/live-view.ts';
import { aDestination } from '../../../support/records.ts';

const replicaIndex = new Map([
  ['r0', 0],
  ['r1', 1],
]);

function terms(nowMs: number) {
  return { nowMs, wallOffsetMs: 1_000, replicaIndex };
}

describe('the requests from look to look', () => {
  it('are told once what they are, and where they are as they come', () => {
    const open = new OpenRequests();
    const recorder = aRecorder();
    recorder.model = 'llama';
    recorder.promptTokensEstimate = 12.4;
    recorder.outputTokensEstimate = 99.6;
    const facts = { requestId: 'a', tenant: 'acme', priority: 2, receivedMs: 30 };
    open.enter(anExchange({ ...facts, recorder }));
    const sample = new RequestSample(open);

    expect(sample.look(terms(100))).toEqual({
      came: [[0, 'a', 'acme', 'llama', 2, 1_030, 12, 100]],
      moved: [0, 0, -1, 0, 0, 100],
      gone: [],
      untold: 0,
    });
    expect(sample.look(terms(200))).toEqual({ came: [], moved: [], gone: [], untold: 0 });
  });

  it('are told of again when they are sent, put tokens out, and end', () => {
    const open = new OpenRequests();
    const exchange = anExchange({ recorder: aRecorder() });
    const entered = open.enter(exchange);
    const { recorder } = exchange;
    const sample = new RequestSample(open);
    sample.look(terms(0));

    recorder.attempt(aDestination({ replica: 'r1', startMs: 50 }));
    expect(sample.look(terms(100)).moved).toEqual([0, 1, 1, 0, 0, 50]);

    for (const atMs of [110, 130, 190, 200]) recorder.timer.output(atMs);
    expect(sample.look(terms(250)).moved).toEqual([0, 2, 1, 4, 60, 50]);

    recorder.timer.output(290);
    expect(sample.look(terms(300)).moved).toEqual([0, 2, 1, 5, 90, 10]);

    open.leave(entered);
    expect(sample.look(terms(400))).toEqual({ came: [], moved: [], gone: [0], untold: 0 });
  });

  it('tell no gap from before the first look', () => {
    const open = new OpenRequests();
    const { timer } = aStream(open).recorder;
    for (const atMs of [10, 900]) timer.output(atMs);

    expect(new RequestSample(open).look(terms(1_000)).moved).toEqual([0, 2, 0, 2, 0, 100]);
  });

  it('are told as of the last look to one who comes in between', () => {
    const open = new OpenRequests();
    const { timer } = aStream(open).recorder;
    const sample = new RequestSample(open);
    sample.look(terms(0));
    aStream(open, { requestId: 'b' });
    timer.output(50);

    const whole = sample.whole(terms(100));
    expect(whole.came.map(([number]) => number)).toEqual([0]);
    expect(whole.untold).toBe(1);
    // What the newcomer was told is what the next changes go on from.
    expect(sample.look(terms(100)).came.map(([number]) => number)).toEqual([1]);
  });

  it('are told anew after they were forgotten', () => {
    const open = new OpenRequests();
    aStream(open);
    const sample = new RequestSample(open);
    sample.look(terms(0));
    sample.forget();

    expect(sample.look(terms(100)).came).toHaveLength(1);
  });

  it.each([
    [TOLD_MAX, 0],
    [TOLD_MAX + 1, 1],
  ])('are told of up to a bound: of %i all but %i', (count, untold) => {
    const open = new OpenRequests();
    for (let index = 0; index < count; index += 1) open.enter(anExchange());
    const [eldest] = open.values();
    const sample = new RequestSample(open);

    const first = sample.look(terms(0));
    expect([first.came.length, first.untold]).toEqual([TOLD_MAX, untold]);

    // Whoever ends makes room for one who was not told of.
    if (eldest !== undefined) open.leave(eldest);
    expect(sample.look(terms(100)).came).toHaveLength(untold);
  });

  it('cut the name of a model, which is the client’s own word', () => {
    const open = new OpenRequests();
    const recorder = aRecorder();
    recorder.model = 'm'.repeat(101);
    open.enter(anExchange({ recorder }));

    expect(new RequestSample(open).look(terms(0)).came[0]?.[3]).toBe('m'.repeat(100));
  });
});

import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../gateway/generation/error.ts';
import { DecisionLog } from '../../../gateway/pipeline/decision-log.ts';
import type { Place } from '../../../gateway/pipeline/dispatcher.ts';
import { Trail } from '../../../gateway/pipeline/trail.ts';
import { aReplica, aRequest } from '../../support/builders.ts';
import { ManualClock } from '../../support/clock.ts';
import { aReceipt, noWait } from '../../support/decisions.ts';
import { aRecorder } from '../../support/exchange.ts';
import { aDispatcher, Asked } from '../../support/pipeline.ts';

function aPlace(facts: Partial<Place> = {}): Place {
  const { place } = new Asked(aDispatcher([aReplica({ id: 'two' })]).dispatcher, aRequest());
  if (place === undefined) throw new Error('no place was given');
  return { ...place, receipt: aReceipt(), cachedTokens: 64, ...facts };
}

function aWalk() {
  const clock = new ManualClock();
  const decisions = new DecisionLog();
  const recorder = aRecorder();
  const trail = new Trail({ recorder, receivedMs: 0 }, { decisions, clock });
  const attempt = () =>
    recorder.attempt({
      replica: 'two',
      address: 'http://two',
      engine: 'vllm',
      startMs: clock.nowMs(),
    });
  return { clock, decisions, recorder, trail, attempt };
}

describe('the trail of a request', () => {
  it('notes a place in the log and on the record', () => {
    const { clock, decisions, recorder, trail } = aWalk();
    clock.advance(30);
    trail.granted(aRequest(), aPlace());

    const [decision] = decisions.find({ limit: 10 });
    expect(decision).toMatchObject({
      requestId: 'request-0',
      atMs: 30,
      ordinal: 1,
      replica: 'two',
      cachedTokens: 64,
      refusal: undefined,
      outcome: undefined,
    });
    expect(recorder.routes).toEqual([decision]);
  });

  it('notes a refusal with the code of its error', () => {
    const { decisions, trail } = aWalk();
    const refusal = { wait: { ...noWait, ms: 50 }, receipt: undefined };
    trail.refused(aRequest(), new GatewayError('saturated', 'Full.'), refusal);

    expect(decisions.find({ limit: 10 })).toMatchObject([
      { refusal: 'saturated', replica: undefined, wait: { ms: 50 } },
    ]);
  });

  it('ends with what came of the answer: times from arrival and from the attempt, tokens, status', () => {
    const { clock, decisions, recorder, trail, attempt } = aWalk();
    clock.advance(100);
    trail.granted(aRequest(), aPlace());
    const sent = attempt();
    recorder.streamed = true;
    recorder.timer.output(350);
    recorder.timer.output(400);
    recorder.usage({ prompt: 10, output: 2, cached: 4 });
    recorder.status = 200;
    sent.end(420);
    trail.close();

    expect(decisions.find({ limit: 1 })[0]?.outcome).toEqual({
      status: 200,
      error: undefined,
      durationMs: 320,
      timeToFirstTokenMs: 350,
      prefillMs: 250,
      promptTokens: 10,
      cachedTokens: 4,
      outputTokens: 2,
    });
  });

  it('knows no time to the first token of an answer that came whole', () => {
    const { decisions, recorder, trail, attempt } = aWalk();
    trail.granted(aRequest(), aPlace());
    attempt().end(420);
    recorder.timer.output(400);
    trail.close();

    expect(decisions.find({ limit: 1 })[0]?.outcome).toMatchObject({
      timeToFirstTokenMs: undefined,
      prefillMs: undefined,
    });
  });

  it('tells of a first try how it failed, and leaves the status to the second', () => {
    const { clock, decisions, recorder, trail, attempt } = aWalk();
    trail.granted(aRequest(), aPlace());
    attempt().end(20, 'engine_unreachable');
    clock.advance(20);
    trail.granted(aRequest(), aPlace());
    attempt().end(90);
    recorder.status = 200;
    trail.close();

    const [second, first] = decisions.find({ limit: 10 });
    expect(first).toMatchObject({
      ordinal: 1,
      outcome: { status: undefined, error: 'engine_unreachable', durationMs: 20 },
    });
    expect(second).toMatchObject({
      ordinal: 2,
      outcome: { status: 200, error: undefined, durationMs: 70 },
    });
  });

  it('counts the whole wait of a request that was sent nowhere', () => {
    const { clock, decisions, recorder, trail } = aWalk();
    clock.advance(500);
    const refusal = { wait: noWait, receipt: undefined };
    trail.refused(aRequest(), new GatewayError('saturated', 'Full.'), refusal);
    recorder.status = 503;
    recorder.errorCode = 'saturated';
    trail.close();

    expect(decisions.find({ limit: 1 })[0]?.outcome).toMatchObject({
      status: 503,
      error: 'saturated',
      durationMs: 500,
      outputTokens: undefined,
    });
  });

  it('tells of a place whose replica was gone that nothing was tried there', () => {
    const { decisions, recorder, trail, attempt } = aWalk();
    trail.granted(aRequest(), aPlace());
    trail.granted(aRequest(), aPlace());
    attempt().end(90);
    recorder.status = 200;
    trail.close();

    // Both places stand before the one attempt: it belongs to the last.
    expect(decisions.find({ limit: 10 }).map(({ outcome }) => outcome?.durationMs)).toEqual([
      90, 0,
    ]);
  });
});

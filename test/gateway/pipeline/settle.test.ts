import { describe, expect, it } from 'vitest';
import { ModelNames } from '../../../gateway/pipeline/model-names.ts';
import { settle } from '../../../gateway/pipeline/settle.ts';
import { TokenEstimator } from '../../../gateway/pipeline/token-estimator.ts';
import { OutputLengths } from '../../../routing/output-lengths.ts';
import type { Recorder } from '../../../telemetry/recorder.ts';
import { ManualClock } from '../../support/clock.ts';
import {
  type AnExchange,
  anExchange,
  aRecorder,
  chatBody,
  decoded,
} from '../../support/exchange.ts';

const names = new ModelNames(new Map([['gpt', 'llama']]), () => 'unnamed');

interface Settled {
  readonly exchange: AnExchange;
  readonly estimator: TokenEstimator;
  readonly lengths: OutputLengths;
  readonly endedMs: readonly number[];
}

/** Settles an exchange at 500 ms, after `happen` has happened to it. */
function settled(
  happen: (exchange: AnExchange) => void = () => undefined,
  body: object = chatBody,
): Settled {
  const endedMs: number[] = [];
  const recorder = aRecorder((_record: Recorder, endMs) => void endedMs.push(endMs));
  const exchange = anExchange({ recorder, request: decoded(body) });
  const estimator = new TokenEstimator();
  const lengths = new OutputLengths();
  happen(exchange);
  settle(exchange, { estimator, lengths, names, clock: new ManualClock(500) });
  return { exchange, estimator, lengths, endedMs };
}

const prompt = { tokens: undefined, textBytes: 400 };

describe('the last phase', () => {
  it('closes the record at its time, with what the client got', () => {
    const { exchange, endedMs } = settled(({ reply }) => {
      reply.start(200, {});
      reply.finish('ü');
    });

    expect(endedMs).toEqual([500]);
    expect(exchange.recorder).toMatchObject({ status: 200, responseBytes: 2 });
  });

  it('records 499 for a client that left before there was a status', () => {
    expect(settled(({ reply }) => reply.depart()).exchange.recorder.status).toBe(499);
  });

  it('hears no more of the client', () => {
    const { reply } = settled((exchange) => {
      exchange.reply.listener = {
        departed: () => undefined,
        resumed: () => undefined,
        turnedOut: () => undefined,
      };
    }).exchange;

    expect(reply.listener).toBeUndefined();
  });

  it('settles the charge with what was used, when it is known how the request ended', () => {
    const settlements: (readonly [usedTokens: number, atMs: number])[] = [];
    settled((exchange) => {
      exchange.charge = { settle: (...settlement) => void settlements.push(settlement) };
      exchange.recorder.usage({ prompt: 9, output: 3 });
    });

    expect(settlements).toEqual([[12, 500]]);
  });

  it('settles a request that could not be read', () => {
    const { requestId, dialect, reply, recorder } = anExchange();
    const clock = new ManualClock(500);

    settle(
      { requestId, dialect, reply, recorder },
      { estimator: new TokenEstimator(), lengths: new OutputLengths(), names, clock },
    );

    expect(recorder.status).toBe(0);
  });
});

describe('what the engine counted', () => {
  it('teaches the estimator, under the model’s own name', () => {
    const { estimator } = settled(({ recorder }) => recorder.usage({ prompt: 1, output: 1 }), {
      ...chatBody,
      model: 'gpt',
    });

    expect(estimator.promptTokens('llama', prompt)).not.toBe(100);
    expect(estimator.promptTokens('gpt', prompt)).toBe(100);
  });

  it('teaches how long answers are, under the class by which they are asked for', () => {
    const { lengths } = settled(({ recorder }) => {
      recorder.tenant = 'team-a';
      recorder.promptTokensEstimate = 100;
      recorder.usage({ prompt: 1, output: 4000 });
    });
    const expected = (tenant: string): number =>
      lengths
        .outlook({ model: 'llama', tenant, promptTokens: 100, outputTokensMax: undefined })
        .expectedTokens(0);

    expect(expected('team-a')).toBeGreaterThan(expected('team-b'));
    expect(expected('team-b')).toBeGreaterThan(256);
  });

  it('teaches nothing of an answer that failed', () => {
    const { estimator } = settled(({ recorder }) => {
      recorder.usage({ prompt: 1, output: 1 });
      recorder.errorCode = 'engine_failed';
    });

    expect(estimator.promptTokens('llama', prompt)).toBe(100);
  });

  it('teaches nothing where the engine told nothing', () => {
    const { estimator } = settled(({ recorder }) => {
      recorder.promptTokens = 1;
      recorder.promptTokensSource = 'estimated';
      recorder.outputTokens = 1;
    });

    expect(estimator.promptTokens('llama', prompt)).toBe(100);
  });
});

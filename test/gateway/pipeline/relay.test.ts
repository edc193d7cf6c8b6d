import { describe, expect, it } from 'vitest';
import {
  breakage,
  engineFailure,
  isBroken,
  recordEnd,
  type RelayParts,
} from '../../../gateway/pipeline/relay.ts';
import { UsageTally } from '../../../gateway/pipeline/usage-tally.ts';
import { HttpAnswerError } from '../../../gateway/wire/http-answer-head.ts';
import { anExchange } from '../../support/exchange.ts';
import { RelayBench } from '../../support/relay-bench.ts';

/** The parts of a relay that does nothing. */
function theParts(): RelayParts {
  let kept: RelayParts | undefined;
  const deaf = {
    isWhole: false,
    data: () => undefined,
    end: () => undefined,
    failed: () => undefined,
  };
  new RelayBench((parts) => {
    kept = parts;
    return deaf;
  });
  if (kept === undefined) throw new Error('no parts');
  return kept;
}

describe('the failure of an engine', () => {
  it('names the replica and keeps its cause', () => {
    const cause = new Error('ECONNRESET');
    const error = engineFailure(theParts(), 'broke', cause);

    expect(error).toMatchObject({
      code: 'engine_failed',
      source: 'engine',
      message: 'Replica replica-0 broke.',
      cause,
    });
  });

  it('lets another replica be asked until the head is out', () => {
    const parts = theParts();
    expect(engineFailure(parts, 'broke').retryable).toBe(true);

    parts.exchange.reply.start(200, {});

    expect(engineFailure(parts, 'broke').retryable).toBe(false);
  });
});

describe('a connection that broke', () => {
  it('is told in plain words, whatever the socket says of it', () => {
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    const garbage = new HttpAnswerError('no status line of HTTP/1');

    expect(breakage(reset)).toBe('broke the connection');
    expect(breakage(new Error('other side closed'))).toBe('broke the connection');
    expect(breakage(garbage)).toBe('sent what is no HTTP answer');
  });
});

describe('the end of an answer', () => {
  const usage = { promptTokens: 3, outputTokens: 4, cachedTokens: 2 };
  const tally = new UsageTally({ choices: 1, prompts: 1 });

  it('goes into the record', () => {
    const exchange = anExchange();
    recordEnd(exchange, { usage, finishReason: 'stop' }, tally);

    expect(exchange.recorder).toMatchObject({
      promptTokens: 3,
      outputTokens: 4,
      cachedTokens: 2,
      promptTokensSource: 'usage',
      outputTokensSource: 'usage',
      finishReason: 'stop',
    });
  });

  it('that comes in two events loses nothing of the first', () => {
    const exchange = anExchange();
    recordEnd(exchange, { usage: undefined, finishReason: 'length' }, tally);
    recordEnd(exchange, { usage, finishReason: undefined }, tally);
    recordEnd(exchange, { usage: undefined, finishReason: undefined }, tally);

    expect(exchange.recorder).toMatchObject({ promptTokens: 3, finishReason: 'length' });
  });

  it('is broken by an abort or an error and by nothing else', () => {
    const reasons = ['abort', 'error', 'stop', 'length', undefined];

    expect(reasons.filter((finishReason) => isBroken({ finishReason }))).toEqual([
      'abort',
      'error',
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerTimer } from '../../../gateway/replay/answer-timer.ts';
import type { AnswerEnd } from '../../../gateway/replay/answer-timer.ts';

const request = { index: 3, promptTokens: 12, outputTokens: 4 };

const endAt = (atMs: number, fields: Partial<AnswerEnd> = {}): AnswerEnd => ({
  atMs,
  words: 4,
  usage: undefined,
  text: ' a b c d',
  replica: 'replica-1',
  ...fields,
});

function timed(startMs: number, ...chunksMs: readonly number[]): AnswerTimer {
  const timer = new AnswerTimer(request, startMs);
  for (const atMs of chunksMs) timer.chunk(atMs);
  return timer;
}

describe('AnswerTimer', () => {
  it('times the first chunk from the start, each later one from the one before, the end from the start', () => {
    expect(timed(1000, 1100, 1130, 1200).succeeded(endAt(1250), '0.2.14')).toEqual({
      index: 3,
      succeeded: true,
      error: '',
      promptTokens: 12,
      outputTokens: 4,
      retokenizedTokens: 4,
      startMs: 1000,
      timeToFirstTokenMs: 100,
      interTokenMs: Float64Array.of(30, 70),
      endToEndMs: 250,
      text: ' a b c d',
      usage: undefined,
      replica: 'replica-1',
    });
  });

  it('counts the tokens that were asked for under 0.2.14, and those that were told later', () => {
    const end = endAt(200, { usage: { promptTokens: 11, outputTokens: 2 } });

    expect(timed(0, 100).succeeded(end, '0.2.14').outputTokens).toBe(4);
    expect(timed(0, 100).succeeded(end, 'current').outputTokens).toBe(2);
    expect(timed(0, 100).succeeded(endAt(200), 'current').outputTokens).toBe(4);
  });

  it('takes the tokens of the text from the engine where it tells them, else from the words', () => {
    const usage = { promptTokens: 11, outputTokens: 7 };

    expect(timed(0, 9).succeeded(endAt(9, { usage }), '0.2.14').retokenizedTokens).toBe(7);
    expect(timed(0, 9).succeeded(endAt(9, { words: 3 }), '0.2.14').retokenizedTokens).toBe(3);
  });

  it('shares a gap out among the tokens that a chunk says it added', () => {
    const timer = timed(0, 100);
    timer.chunk(160, 3);

    expect(timer.succeeded(endAt(160), 'current').interTokenMs).toEqual(
      Float64Array.of(20, 20, 20),
    );
  });

  it('has no time to first token where no text came', () => {
    const result = timed(5).succeeded(endAt(9), 'current');

    expect(result.timeToFirstTokenMs).toBe(0);
    expect(result.interTokenMs).toHaveLength(0);
    expect(result.endToEndMs).toBe(4);
  });

  it('forgets all that had come when the request fails', () => {
    expect(timed(7, 100, 200).failed('Bad Gateway')).toMatchObject({
      index: 3,
      succeeded: false,
      error: 'Bad Gateway',
      promptTokens: 12,
      outputTokens: 0,
      retokenizedTokens: 0,
      startMs: 7,
      timeToFirstTokenMs: 0,
      interTokenMs: new Float64Array(),
      endToEndMs: 0,
    });
  });

  it('keeps every gap, also of answers longer than they were asked to be', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 200 });
    fc.assert(
      fc.property(gaps, (list) => {
        const timer = new AnswerTimer(request, 0);
        let atMs = 10;
        timer.chunk(atMs);
        for (const gapMs of list) timer.chunk((atMs += gapMs));
        expect([...timer.succeeded(endAt(atMs), 'current').interTokenMs]).toEqual(list);
      }),
    );
  });
});

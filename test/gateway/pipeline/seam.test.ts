import { describe, expect, it } from 'vitest';
import type { EventMold } from '../../../gateway/dialects/dialect.ts';
import type { AnswerNotes } from '../../../gateway/pipeline/answer-notes.ts';
import type { SeamParts } from '../../../gateway/pipeline/seam.ts';
import { Seam, seamComment } from '../../../gateway/pipeline/seam.ts';
import { idsEvent, someNotes, take, textResumption } from '../../support/broken-answers.ts';
import { doneEvent, errorEvent, textEvent } from '../../support/streams.ts';

/** A seam behind `ab`, two tokens behind a prompt of three. */
function aSeam(facts: Partial<SeamParts> = {}): {
  seam: Seam;
  notes: AnswerNotes;
  mold: EventMold;
} {
  const notes = someNotes({ keepsText: true });
  take(notes, idsEvent('a', [300], [1, 2, 3]));
  take(notes, idsEvent('b', [301]));
  const mold = notes.mold as EventMold;
  const before = { shown: 'ab', withheld: '' };
  const promptTokens = 3;
  const made = { resumption: textResumption, notes, mold, before, promptTokens, doneEvent };
  const parts = { ...made, stops: [], ...facts };
  return { seam: new Seam(parts), notes, mold };
}

/** As another replica says it: under an id and a time of its own. */
function elsewhere(event: string): string {
  return event.replace('cmpl-1', 'cmpl-elsewhere').replace('"created":1', '"created":99');
}

function usage(prompt: number, output: number, cached: number): string {
  const counts = {
    prompt_tokens: prompt,
    total_tokens: prompt + output,
    completion_tokens: output,
  };
  const details = { prompt_tokens_details: { cached_tokens: cached } };
  return `data: ${JSON.stringify({ id: 'x', choices: [], usage: { ...counts, ...details } })}\n\n`;
}

describe('behind a seam', () => {
  it('events are those of the first replica, a comment before the first', () => {
    const { seam, notes, mold } = aSeam();

    expect(seam.rewrite(elsewhere(idsEvent('c', [302], [1, 2, 3, 300, 301])))).toBe(
      seamComment(2) + mold.output('c'),
    );
    expect(seam.rewrite(elsewhere(idsEvent('d', [303])))).toBe(mold.output('d'));
    expect(notes.allIds).toEqual([1, 2, 3, 300, 301, 302, 303]);
    expect(notes.literal).toBe('abcd');
    expect(seam.rewrite(elsewhere(idsEvent('', [], undefined, 'length')))).toBe(
      mold.output('', { reason: 'length', stopJson: undefined }),
    );
    expect(notes.mold).toBeUndefined();
  });

  it('counts are those of one answer', () => {
    const { seam, mold } = aSeam();

    expect(seam.rewrite(usage(5, 4, 5))).toBe(
      mold.usage(textResumption.readPart(usage(3, 6, 3)).usageJson ?? ''),
    );
  });

  it.each([
    ['the end', doneEvent],
    ['an error', errorEvent(500)],
    ['a comment', ': keep-alive\n\n'],
  ])('%s passes as it is', (_what, event) => {
    expect(aSeam().seam.rewrite(event)).toBe(event);
  });

  it.each([
    ['an error', errorEvent(500)],
    ['a broken finish', idsEvent('x', [302], undefined, 'abort')],
  ])('%s is not noted, nor what comes behind it', (_what, event) => {
    const { seam, notes } = aSeam();
    seam.rewrite(event);
    seam.rewrite(idsEvent('y', [303]));

    expect(notes.allIds).toEqual([1, 2, 3, 300, 301]);
    expect(notes.mold).toBeDefined();
  });

  it('an event without text is left out', () => {
    expect(aSeam().seam.rewrite(textEvent(''))).toBe('');
  });

  it('text that was withheld comes first', () => {
    const { seam, mold } = aSeam({ stops: ['xyz'], before: { shown: 'ab', withheld: ' ü' } });

    expect(seam.rewrite(idsEvent('c', [302]))).toBe(
      seamComment(2) + mold.output(Buffer.from(' üc').toString('latin1')),
    );
  });

  it('a stop that began before it ends the answer, with counts and all', () => {
    const { seam, mold } = aSeam({ stops: ['bcd'] });
    const finish = { reason: 'stop', stopJson: '"bcd"' };
    const counts = '{"prompt_tokens":3,"total_tokens":7,"completion_tokens":4}';

    expect(seam.rewrite(idsEvent('c', [302]))).toBe('');
    expect(seam.isOver).toBe(false);
    expect(seam.rewrite(idsEvent('de', [303]))).toBe(
      seamComment(2) + mold.output('', finish) + mold.usage(counts) + doneEvent,
    );
    expect(seam.isOver).toBe(true);
    expect(seam.rewrite(idsEvent('f', [304]))).toBe('');
  });
});

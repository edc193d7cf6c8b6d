import { describe, expect, it } from 'vitest';
import { TEXT_BYTES_MAX } from '../../../gateway/pipeline/answer-notes.ts';
import { idsEvent, someNotes, take } from '../../support/broken-answers.ts';
import { textEvent } from '../../support/streams.ts';

describe('notes of an answer', () => {
  it('hold the ids of prompt and answer, and hide them from the client', () => {
    const notes = someNotes();
    const shown = [
      take(notes, idsEvent(' a', [300], [1, 2, 3])),
      take(notes, idsEvent(' b', [7])),
      take(notes, idsEvent(' c', [8, 9])),
    ];

    expect(notes.allIds).toEqual([1, 2, 3, 300, 7, 8, 9]);
    expect([notes.promptTokens, notes.answeredTokens]).toEqual([3, 4]);
    for (const event of shown) {
      const [choice] = JSON.parse(event.slice('data: '.length)).choices;
      expect(choice.token_ids ?? null).toBeNull();
      expect(choice.prompt_token_ids).toBeNull();
      expect(event.endsWith('}\n\n')).toBe(true);
    }
    expect(notes.mold?.output(' d')).toBe(
      textEvent(' d').replace(
        '"logprobs":null',
        '"logprobs":null,"prompt_token_ids":null,"token_ids":null',
      ),
    );
  });

  it('forget ids of which the client has no text yet', () => {
    const notes = someNotes();
    take(notes, idsEvent(' a', [5], [1]));
    take(notes, idsEvent('', [6]));
    notes.forgetUnshown();

    expect(notes.allIds).toEqual([1, 5]);
    take(notes, idsEvent(' ü', [6]));
    expect(notes.allIds).toEqual([1, 5, 6]);
  });

  it('hold the text where that is wanted', () => {
    const notes = someNotes({ readsIds: false, keepsText: true });
    for (const text of [' a', ' "b"', '']) take(notes, textEvent(text));

    expect(notes.literal).toBe(' a \\"b\\"');
    expect(notes.answeredTokens).toBe(2);
    expect(notes.allIds).toBeUndefined();
  });

  it.each([
    ['its bound of tokens', 4, true],
    ['one token more', 3, false],
  ])('are kept up to %s', (_what, tokensMax, isKept) => {
    const notes = someNotes({ tokensMax });
    take(notes, idsEvent(' a', [5, 6], [1, 2]));

    expect(notes.mold !== undefined).toBe(isKept);
    if (isKept) return;
    // What was asked for is hidden all the same.
    expect(take(notes, idsEvent(' b', [77]))).not.toContain('77');
    expect(notes.answeredTokens).toBe(1);
  });

  it('are let go where the text outgrows its bound', () => {
    const notes = someNotes({ keepsText: true, readsIds: false, tokensMax: 1e6 });
    const event = textEvent(' a');
    const count = Math.floor(TEXT_BYTES_MAX / event.length);
    for (let index = 0; index < count; index += 1) take(notes, event);
    expect(notes.mold).toBeDefined();
    take(notes, event);

    expect(notes.mold).toBeUndefined();
  });

  it('are let go where an event with text has no ids', () => {
    const notes = someNotes();
    take(notes, idsEvent(' a', [5], [1]));
    take(notes, textEvent(' b'));

    expect(notes.mold).toBeUndefined();
  });

  it('go on with the rest of the answer', () => {
    const notes = someNotes();
    take(notes, idsEvent(' a', [5], [1]));
    notes.takeRest(idsEvent(' b', [6]), textEvent(' b'));
    notes.takeRest(idsEvent(' c', [7]), '');
    notes.forgetUnshown();

    expect(notes.allIds).toEqual([1, 5, 6]);
  });
});

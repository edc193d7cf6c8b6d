import { describe, expect, it } from 'vitest';
import { moldOf, readAnswerPart } from '../../../gateway/dialects/event-mold.ts';
import { capture, withoutCaptures } from '../../support/captures.ts';
import { chatEvent, roleEvent, textEvent, usageEvent } from '../../support/streams.ts';

const finish = { reason: 'stop', stopJson: '"\\n"' };

describe('a mold', () => {
  it.each([
    ['a chat', chatEvent],
    ['a text', textEvent],
  ])('of %s makes the events that the replica would have sent', (_what, event) => {
    const mold = moldOf(event('Grün "x" \\'));

    expect(mold?.output('b')).toBe(event('b'));
    expect(mold?.output('$1$& \\u00fc')).toBe(event('X').replace('X', () => '$1$& \\u00fc'));
    expect(mold?.output('b', { reason: 'length', stopJson: undefined })).toBe(
      event('b', { finishReason: 'length' }),
    );
  });

  it('tells counts under the same head', () => {
    const mold = moldOf(chatEvent('a'));
    const usage = readAnswerPart(usageEvent(9, 3)).usageJson ?? '';

    expect(JSON.parse(usage)).toMatchObject({ prompt_tokens: 9, completion_tokens: 3 });
    expect(mold?.usage(usage)).toBe(usageEvent(9, 3));
  });

  it.each([
    ['a role', roleEvent()],
    ['a last event', chatEvent('a', { finishReason: 'stop' })],
    ['counts', usageEvent(9, 3)],
    ['reasoning', chatEvent('').replace('"content":""', '"reasoning_content":"a"')],
    ['a comment', ': keep-alive\n\n'],
  ])('is not made of %s', (_what, event) => {
    expect(moldOf(event)).toBeUndefined();
  });

  it('says what stopped the answer where the engine has a word for that', () => {
    const event = textEvent('a').replace(
      '"finish_reason":null',
      '"finish_reason":null,"stop_reason":null',
    );

    expect(moldOf(event)?.output('', finish)).toContain(
      '"finish_reason":"stop","stop_reason":"\\n"',
    );
    expect(moldOf(textEvent('a'))?.output('', finish)).not.toContain('stop_reason');
  });
});

describe('an event of the rest', () => {
  it('is read for its text, its finish and its counts', () => {
    expect(readAnswerPart(textEvent('a "b" \\ ü'))).toEqual({
      literal: 'a \\"b\\" \\\\ ü',
      finish: undefined,
      usageJson: undefined,
    });
    const last = textEvent('', { finishReason: 'stop' }).replace(
      '"usage"',
      '"matched_stop":128009,"usage"',
    );
    expect(readAnswerPart(last)).toMatchObject({
      literal: '',
      finish: { reason: 'stop', stopJson: '128009' },
    });
  });

  it.skipIf(withoutCaptures)('of a real engine is read and molded', () => {
    for (const name of ['vllm-0.32.0/chat-stream-return-ids', 'sglang-0.5.23/chat-stream']) {
      const events = String(Buffer.concat([...capture(name).chunks])).split(/(?<=\n\n)/);
      const texts = events.filter((event) => readAnswerPart(event).literal !== '');
      const mold = moldOf(texts[0] ?? '');

      expect(texts.length).toBeGreaterThan(2);
      for (const text of texts) {
        const { literal } = readAnswerPart(text);
        const parsed = JSON.parse(mold?.output(literal).slice('data: '.length) ?? 'null');
        const wanted = JSON.parse(text.slice('data: '.length));
        expect(parsed.choices[0].delta.content).toBe(wanted.choices[0].delta.content);
        expect([parsed.id, parsed.created]).toEqual([wanted.id, wanted.created]);
      }
    }
  });
});

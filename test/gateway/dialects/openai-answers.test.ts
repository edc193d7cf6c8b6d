import { describe, expect, it } from 'vitest';
import { eventKinds } from '../../../gateway/dialects/dialect.ts';
import {
  classifyOpenAiEvent,
  OPENAI_DONE_EVENT,
  readOpenAiEnd,
} from '../../../gateway/dialects/openai-answers.ts';
import { chatEvent, errorEvent, roleEvent, usageEvent } from '../../support/streams.ts';

const { output, finish, usage, done, error } = eventKinds;

function classify(event: string): number {
  return classifyOpenAiEvent(event, ['"content":', '"tool_calls":']);
}

/** The same event with a space after each colon and comma, as Python writes JSON by default. */
function spaced(event: string): string {
  return event.replaceAll(/"([:,])(?=[[{"\dn])/g, '"$1 ');
}

describe('an event of an OpenAI stream', () => {
  it.each([
    ['text', chatEvent('a'), output],
    ['text and the end of its choice', chatEvent('a', { finishReason: 'length' }), output | finish],
    ['the end of a choice', chatEvent('', { finishReason: 'stop' }), finish],
    ['a role', roleEvent(), 0],
    ['token counts', usageEvent(1, 2), usage],
    ['an error', errorEvent(), error],
    ['the end', OPENAI_DONE_EVENT, done],
  ])('holds %s', (_what, event, kinds) => {
    expect(classify(event)).toBe(kinds);
    expect(classify(spaced(event))).toBe(kinds);
  });

  it.each([
    ['no space behind the colon', 'data:{"choices":[{"delta":{"content":"a"}}]}\n\n', output],
    ['the end without a space', 'data:[DONE]\n\n', done],
    ['an event line before', 'event: error\ndata: {"error":{"message":"x"}}\n\n', error],
    ['a comment before', ': ping\ndata: [DONE]\n\n', done],
    ['carriage returns', 'data: [DONE]\r\n\r\n', done],
    ['the flat error of SGLang and old vLLM', 'data: {"object":"error","message":"x"}\n\n', error],
    ['the flat error, spaced', 'data: {"object": "error", "message": "x"}\n\n', error],
    ['an error behind other members', 'data: {"id":"x","error":{"message":"x"}}\n\n', error],
    ['an error with blanks', 'data: { "error" : {"message":"x"} }\n\n', error],
    ['an error that is a text', 'data: {"error":"x"}\n\n', error],
    ['an error beside no choices', 'data: {"choices":[],"error":{"message":"x"}}\n\n', error],
    ['the name of an error', 'event: error\ndata: {"message":"x"}\n\n', error],
    ['the name of an error over no JSON', 'event:error\r\ndata: oops\r\n\r\n', error],
    ['no error', 'data: {"id":"x","error":null}\n\n', 0],
    ['an error of no stream', 'data: {"warnings":{"error":{"message":"x"}}}\n\n', 0],
    ['counts without choices', 'data: {"usage":{"prompt_tokens":1}}\n\n', usage],
    [
      'counts beside choices with a blank',
      'data: {"choices":[ ],"usage":{"prompt_tokens":1}}\n\n',
      usage,
    ],
    ['no counts', 'data: {"usage":null}\n\n', 0],
  ])('is read with %s', (_what, event, kinds) => {
    expect(classify(event)).toBe(kinds);
  });

  it.each([
    ['an empty list', 'data: {"choices":[{"delta":{"tool_calls":[]}}]}\n\n', 0],
    ['a list', 'data: {"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}\n\n', output],
    ['null', 'data: {"choices":[{"delta":{"content":null}}]}\n\n', 0],
    ['an empty text', 'data: {"choices":[{"delta":{"content":""}}]}\n\n', 0],
    [
      'an empty text, then a full one',
      'data: {"a":{"content":""},"b":{"content":"x"}}\n\n',
      output,
    ],
  ])('has a member that holds %s', (_what, event, kinds) => {
    expect(classify(event)).toBe(kinds);
  });

  it('has usage only where it has no choice: counts on each event are not an event of counts', () => {
    const counts = '"usage":{"prompt_tokens":1,"completion_tokens":1}';

    expect(classify(`data: {"choices":[{"delta":{"content":"a"}}],${counts}}\n\n`)).toBe(output);
    expect(classify(`data: {"choices":[{"delta":{"role":"assistant"}}],${counts}}\n\n`)).toBe(0);
    expect(classify(`data: {"choices":[],${counts}}\n\n`)).toBe(usage);
    expect(classify('data: {"choices":[],"usage":null}\n\n')).toBe(0);
  });

  it('finishes where one of several choices does', () => {
    const event =
      'data: {"choices":[{"finish_reason":null},{"finish_reason":"stop","delta":{"content":""}}]}\n\n';

    expect(classify(event)).toBe(finish);
  });
});

describe('the end of an OpenAI answer', () => {
  it('tells counts and the reason', () => {
    const body =
      '{"choices":[{"finish_reason":"length"}],"usage":{"prompt_tokens":34,"total_tokens":46,' +
      '"completion_tokens":12,"prompt_tokens_details":{"cached_tokens":16}}}';
    const end = {
      usage: { promptTokens: 34, outputTokens: 12, cachedTokens: 16 },
      finishReason: 'length',
      finishedChoices: 1,
    };

    expect(readOpenAiEnd(body)).toEqual(end);
    expect(readOpenAiEnd(spaced(body))).toEqual(end);
  });

  it('tells no cached tokens where the engine does not', () => {
    expect(readOpenAiEnd('{"usage":{"prompt_tokens":3,"completion_tokens":4}}').usage).toEqual({
      promptTokens: 3,
      outputTokens: 4,
      cachedTokens: undefined,
    });
  });

  it('tells of an embedding that it generated nothing', () => {
    expect(readOpenAiEnd('{"usage":{"prompt_tokens":3,"total_tokens":3}}').usage).toEqual({
      promptTokens: 3,
      outputTokens: 0,
      cachedTokens: undefined,
    });
  });

  it('tells the last reason of several choices, unless one was cut', () => {
    const body = '{"choices":[{"finish_reason":"stop"},{"finish_reason":"length"}]}';

    expect(readOpenAiEnd(body).finishReason).toBe('length');
    expect(readOpenAiEnd(body.replace('stop', 'abort')).finishReason).toBe('abort');
    expect(readOpenAiEnd(body).finishedChoices).toBe(2);
  });

  it.each(['{"usage":null}', '{"usage":{}}', '{"finish_reason":null}', '{"finish_reason":""}'])(
    'is not in %s',
    (text) => {
      expect(readOpenAiEnd(text)).toEqual({
        usage: undefined,
        finishReason: undefined,
        finishedChoices: 0,
      });
    },
  );

  it('has a reason of at most 64 characters, for it becomes a label', () => {
    const reason = (length: number): string | undefined =>
      readOpenAiEnd(`{"finish_reason":"${'r'.repeat(length)}"}`).finishReason;

    expect(reason(64)).toBe('r'.repeat(64));
    expect(reason(65)).toBeUndefined();
  });
});

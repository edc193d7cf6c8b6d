import { describe, expect, it } from 'vitest';
import {
  type ChatMessage,
  type ChatOptions,
  chatTokens,
} from '../../../deploy/simulator/chat-template.ts';
import { detokenize, markers, tokenize } from '../../../deploy/simulator/tokens.ts';
import { expectedAnswer } from '../../../deploy/simulator/words.ts';

const question: ChatMessage = { role: 'user', content: 'able about' };

function options(facts: Partial<ChatOptions> = {}): ChatOptions {
  return { addGenerationPrompt: true, continueFinalMessage: false, tools: '', ...facts };
}

describe('a chat template', () => {
  it('marks the role and the end of each message, and opens a turn of the assistant', () => {
    expect(detokenize(chatTokens([question], options()))).toBe(
      '<|user|>able about<|endOfTurn|><|assistant|>',
    );
  });

  it.each([
    ['system', markers.system],
    ['developer', markers.system],
    ['user', markers.user],
    ['assistant', markers.assistant],
    ['tool', markers.tool],
    ['function', markers.tool],
  ])('marks the role %s by one token', (role, marker) => {
    const [first] = chatTokens([{ role, content: 'able' }], options());

    expect(first).toBe(marker);
  });

  it('opens no turn when it is told so', () => {
    const ids = chatTokens([question], options({ addGenerationPrompt: false }));

    expect(ids.at(-1)).toBe(markers.endOfTurn);
  });

  it('leaves the last message open that is to be continued', () => {
    const begun: ChatMessage = { role: 'assistant', content: ' able' };
    const ids = chatTokens([question, begun], options({ continueFinalMessage: true }));

    expect(detokenize(ids)).toBe('<|user|>able about<|endOfTurn|><|assistant|> able');
  });

  it('makes a continued answer stand where the answer itself would stand', () => {
    const fresh = chatTokens([question], options());
    const begun = expectedAnswer({ prompt: fresh }, 7);
    const ids = chatTokens(
      [question, { role: 'assistant', content: begun }],
      options({ continueFinalMessage: true }),
    );

    expect(ids).toEqual([...fresh, ...tokenize(begun)]);
  });

  it('reads the texts of a message in parts', () => {
    const parts: ChatMessage = {
      role: 'user',
      content: [
        { type: 'text', text: 'able', key: '1' },
        { type: 'text', text: ' about', key: '2' },
      ],
    };

    expect(chatTokens([parts], options())).toEqual(chatTokens([question], options()));
  });

  it('counts an image as 576 tokens that follow from the image', () => {
    const image = (key: string): ChatMessage => ({
      role: 'user',
      content: [{ type: 'image_url', key }],
    });
    const ids = chatTokens([image('a')], options());

    expect(ids).toHaveLength(576 + 3);
    expect(ids).toEqual(chatTokens([image('a')], options()));
    expect(ids).not.toEqual(chatTokens([image('b')], options()));
  });

  it('begins with the tools on offer', () => {
    const tools = '[{"type":"function"}]';
    const ids = chatTokens([question], options({ tools }));

    expect(ids).toEqual([...tokenize(tools), ...chatTokens([question], options())]);
  });
});

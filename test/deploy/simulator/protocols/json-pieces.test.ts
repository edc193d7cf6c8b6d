import { describe, expect, it } from 'vitest';
import { promptOfText } from '../../../../deploy/simulator/prompts.ts';
import {
  chunkText,
  doneEvent,
  idsJson,
  matchedJson,
  openChunk,
  usageCounts,
  usageObject,
  wholeText,
} from '../../../../deploy/simulator/protocols/json-pieces.ts';
import { aGeneration } from '../../../support/simulator.ts';

const words = aGeneration().choices[0]?.answer.text(0, 4);

function echoing(text: string): ReturnType<typeof aGeneration> {
  return aGeneration({ request: { echo: true, prompts: [promptOfText(text)] } });
}

describe('a piece of JSON', () => {
  it('opens a chunk of OpenAI’s shape up to its choices', () => {
    const open = openChunk('text_completion', 'a"b', aGeneration());

    expect(JSON.parse(`${open.replace('data: ', '')}]}`)).toEqual({
      id: 'a"b',
      object: 'text_completion',
      created: 1_700_000_000,
      model: 'shown-model',
      choices: [],
    });
  });

  it('counts prompt, total and completion, in this order', () => {
    expect(usageCounts(3, 4)).toBe('"prompt_tokens":3,"total_tokens":7,"completion_tokens":4');
    expect(JSON.stringify(usageObject(3, 4))).toBe(`{${usageCounts(3, 4)}}`);
  });

  it('is what matched a stop, or null', () => {
    expect(matchedJson(undefined)).toBe('null');
    expect(matchedJson(512)).toBe('512');
    expect(matchedJson('a"')).toBe('"a\\""');
  });

  it('is a list of ids, or null', () => {
    expect(idsJson(undefined)).toBe('null');
    expect(idsJson([])).toBe('[]');
    expect(idsJson([1, 2])).toBe('[1,2]');
  });

  it('is the mark at the end of a stream', () => {
    expect(doneEvent).toBe('data: [DONE]\n\n');
  });
});

describe('the text of a chunk', () => {
  it('is that of its tokens', () => {
    const generation = aGeneration();
    const [choice] = generation.choices;
    if (choice === undefined) throw new Error('no choice');

    expect(chunkText(generation, choice, 1, 3)).toBe(choice.answer.text(1, 3));
  });

  it('has the prompt before its first token, escaped, when that is to be echoed', () => {
    const generation = echoing('say "é"\n');
    const [choice] = generation.choices;
    if (choice === undefined) throw new Error('no choice');

    expect(chunkText(generation, choice, 0, 1)).toBe(
      `say \\"\\u00e9\\"\\n${choice.answer.text(0, 1)}`,
    );
    expect(chunkText(generation, choice, 1, 2)).toBe(choice.answer.text(1, 2));
  });
});

describe('the whole text of a choice', () => {
  it('is that of the tokens so far', () => {
    const generation = aGeneration();
    const [choice] = generation.choices;
    if (choice === undefined) throw new Error('no choice');
    generation.sent[0] = 2;

    expect(wholeText(generation, choice)).toBe(choice.answer.text(0, 2));
    generation.sent[0] = 4;
    expect(wholeText(generation, choice)).toBe(words);
  });

  it('has the prompt before it when that is to be echoed', () => {
    const generation = echoing('say "é"');
    const [choice] = generation.choices;
    if (choice === undefined) throw new Error('no choice');

    expect(wholeText(generation, choice)).toBe('say "é"');
  });
});

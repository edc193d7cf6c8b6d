import { describe, expect, it } from 'vitest';
import {
  cachedTokensOf,
  completionTokensOf,
  promptTokensOf,
} from '../../../deploy/simulator/generation.ts';
import { promptOfIds } from '../../../deploy/simulator/prompts.ts';
import { aGeneration } from '../../support/simulator.ts';

const twoPrompts = { prompts: [promptOfIds([1, 2, 3]), promptOfIds([4, 5])] };

describe('the tokens of a generation', () => {
  it('of its prompts are counted once for each prompt, however many choices it has', () => {
    expect(promptTokensOf(aGeneration({ request: twoPrompts }))).toBe(5);
    expect(promptTokensOf(aGeneration({ request: { ...twoPrompts, choicesPerPrompt: 3 } }))).toBe(
      5,
    );
  });

  it('of its answers are counted for every choice', () => {
    const generation = aGeneration({ request: { ...twoPrompts, choicesPerPrompt: 2 } });
    generation.sent.splice(0, 4, 1, 2, 3, 4);

    expect(completionTokensOf(generation)).toBe(10);
  });

  it('in a cache are counted once for each prompt', () => {
    const request = { ...twoPrompts, choicesPerPrompt: 3 };

    expect(cachedTokensOf(aGeneration({ request, cachedTokens: 2 }))).toBe(4);
  });
});

import { describe, expect, it } from 'vitest';
import {
  lastChoiceTokens,
  vllmFingerprint,
  vllmStop,
} from '../../../../deploy/simulator/protocols/vllm-pieces.ts';
import { markers } from '../../../../deploy/simulator/tokens.ts';
import { aGeneration } from '../../../support/simulator.ts';

describe('what vLLM tells of a stop', () => {
  it('is the text that the client named', () => {
    expect(vllmStop('\n')).toBe('\n');
  });

  it('is nothing when the model ended by itself, or did not stop', () => {
    expect(vllmStop(markers.endOfTurn)).toBeUndefined();
    expect(vllmStop(undefined)).toBeUndefined();
  });
});

describe('the tokens of the last choice', () => {
  it('are its own, whatever the others have', () => {
    const generation = aGeneration({ request: { choicesPerPrompt: 2 } });
    generation.sent.splice(0, 2, 4, 3);

    expect(lastChoiceTokens(generation)).toBe(3);
  });

  it('are none without a choice', () => {
    expect(lastChoiceTokens(aGeneration({ request: { prompts: [] } }))).toBe(0);
  });
});

describe('the signature', () => {
  it('names the version', () => {
    expect(vllmFingerprint).toMatch(/^vllm-0\.32\.0-/);
  });
});

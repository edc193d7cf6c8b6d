import { describe, expect, it } from 'vitest';
import {
  sglang02UsageEvent,
  sglangUsage,
  weightVersions,
} from '../../../../deploy/simulator/protocols/sglang-pieces.ts';
import { aGeneration, parsedEvents } from '../../../support/simulator.ts';

describe('what SGLang counts', () => {
  const generation = aGeneration({ request: { choicesPerPrompt: 2 }, cachedTokens: 1 });
  generation.sent.splice(0, 2, 3, 4);

  it('is told with what the cache held', () => {
    expect(sglangUsage(generation)).toEqual({
      prompt_tokens: 2,
      total_tokens: 9,
      completion_tokens: 7,
      prompt_tokens_details: { cached_tokens: 1 },
      reasoning_tokens: 0,
      completion_tokens_details: null,
    });
  });

  it('was made by one version of the weights', () => {
    expect(weightVersions(generation)).toEqual([{ version: 'default', start: 0, end: 7 }]);
  });

  it('stood in 0.2.14 in an event that no other event shares its id with', () => {
    const [event] = parsedEvents(sglang02UsageEvent(generation));

    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      model: 'shown-model',
      choices: [],
      usage: { prompt_tokens: 2, total_tokens: 9, completion_tokens: 7 },
    });
  });
});

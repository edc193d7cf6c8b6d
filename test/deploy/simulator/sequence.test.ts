import { describe, expect, it } from 'vitest';

import { aSequence } from '../../support/simulated.ts';

describe('Sequence', () => {
  it('waits, has made nothing and holds nothing at first', () => {
    const sequence = aSequence({ promptTokens: 10, outputTokens: 5 });

    expect(sequence).toMatchObject({
      phase: 'waiting',
      isAborted: false,
      hasStarted: false,
      producedTokens: 0,
      kvTokens: 0,
      cachedTokens: 0,
      blocks: [],
    });
    expect(sequence.contextTokens).toBe(10);
    expect(sequence.uncomputedTokens).toBe(10);
  });

  it.each([
    { asked: 0, made: 1 },
    { asked: 1, made: 1 },
    { asked: 2, made: 2 },
  ])('makes $made tokens when asked for $asked', ({ asked, made }) => {
    const sequence = aSequence({ outputTokens: asked });

    expect(sequence.outputTokens).toBe(made);
    expect(sequence.outputTokensAsked).toBe(asked);
  });

  it('has its last token still to compute while it decodes', () => {
    const sequence = aSequence({ promptTokens: 10 });
    sequence.producedTokens = 3;
    sequence.kvTokens = 12;

    expect(sequence.contextTokens).toBe(13);
    expect(sequence.uncomputedTokens).toBe(1);
  });
});

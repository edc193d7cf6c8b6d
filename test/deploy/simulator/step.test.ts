import { describe, expect, it } from 'vitest';

import { StepDraft } from '../../../deploy/simulator/step.ts';
import { aSequence } from '../../support/simulated.ts';

describe('StepDraft', () => {
  it('adds up prompt tokens without giving anyone a token', () => {
    const step = new StepDraft();
    step.addPrefill(100);
    step.addPrefill(28);

    expect(step).toMatchObject({ prefillTokens: 128, decodeSequences: 0, batch: [] });
  });

  it('counts decoding sequences and the KV that they read', () => {
    const step = new StepDraft();
    const sequences = [aSequence(), aSequence()];
    for (const [index, sequence] of sequences.entries()) {
      sequence.kvTokens = 10 + index;
      step.addDecode(sequence);
    }

    expect(step.decodeSequences).toBe(2);
    expect(step.decodeKvTokens).toBe(21);
    expect(step.batch).toEqual(sequences);
  });

  it('is empty again once cleared', () => {
    const step = new StepDraft();
    step.addPrefill(5);
    step.addDecode(aSequence());

    step.clear();

    expect(step).toMatchObject({
      prefillTokens: 0,
      decodeSequences: 0,
      decodeKvTokens: 0,
      batch: [],
    });
  });
});

import { describe, expect, it } from 'vitest';
import { Observations } from '../../../deploy/simulator/observations.ts';
import { promptOfIds } from '../../../deploy/simulator/prompts.ts';
import { aGeneration } from '../../support/simulator.ts';

const buckets = { firstToken: [1], interToken: [0.1], endToEnd: [10] };

function someObservations(): Observations {
  return new Observations(buckets);
}

describe('the books of an engine', () => {
  it('keep streamed and whole answers apart', () => {
    const observations = someObservations();

    expect(observations.series(true)).toBe(observations.streamed);
    expect(observations.series(false)).toBe(observations.whole);
    expect(observations.streamed).not.toBe(observations.whole);
  });

  it('show both together', () => {
    const observations = someObservations();
    observations.streamed.firstTokenSeconds.record(0.5);
    observations.whole.firstTokenSeconds.record(2);
    const together = observations.together((series) => series.firstTokenSeconds);

    expect(together.cumulative()).toEqual([1, 2]);
    expect(together.edges).toEqual([1]);
  });

  it('hold, when a generation has ended, its time, its tokens and its finish', () => {
    const observations = someObservations();
    const generation = aGeneration();
    generation.sent[0] = 4;
    observations.close(observations.streamed, generation);

    const { endToEndSeconds, promptTokens, outputTokens } = observations.streamed;
    expect(endToEndSeconds.sum).toBe(2.5);
    expect(promptTokens.sum).toBe(2);
    expect(outputTokens.sum).toBe(4);
    expect(observations.finished).toEqual({ stop: 0, length: 1, abort: 0 });
  });

  it('hold each prompt once and each choice with its own finish', () => {
    const observations = someObservations();
    const prompts = [promptOfIds([1, 2, 3]), promptOfIds([4])];
    const generation = aGeneration({
      request: { prompts, choicesPerPrompt: 2 },
      finish: { reason: 'abort' },
    });
    generation.sent.fill(2);
    observations.close(observations.whole, generation);

    expect(observations.whole.promptTokens.count).toBe(2);
    expect(observations.whole.promptTokens.sum).toBe(4);
    expect(observations.whole.outputTokens.count).toBe(4);
    expect(observations.whole.endToEndSeconds.count).toBe(1);
    expect(observations.finished.abort).toBe(4);
  });

  it('hold no time for a generation that never had a token', () => {
    const observations = someObservations();
    const generation = aGeneration({
      milestones: { receivedMs: 1000, firstTokenMs: undefined, lastTokenMs: undefined },
    });
    observations.close(observations.streamed, generation);

    expect(observations.streamed.endToEndSeconds.sum).toBe(0);
  });
});

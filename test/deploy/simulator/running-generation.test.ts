import { describe, expect, it } from 'vitest';
import type { AnswerSink } from '../../../deploy/simulator/answer-sink.ts';
import type {
  SimulatedEngine,
  SimulatedListener,
  SimulatedRequest,
} from '../../../deploy/simulator/engine.ts';
import { RequestSeries } from '../../../deploy/simulator/observations.ts';
import { promptOfIds } from '../../../deploy/simulator/prompts.ts';
import {
  type GenerationEnding,
  RunningGeneration,
} from '../../../deploy/simulator/running-generation.ts';
import { aGeneration, type GenerationFacts, idleLoad } from '../../support/simulator.ts';

/** An engine that a test plays itself. */
class HandEngine implements SimulatedEngine {
  readonly submitted: SimulatedRequest[] = [];
  readonly listeners: SimulatedListener[] = [];
  readonly aborted: number[] = [];

  submit(
    request: SimulatedRequest,
    listener: SimulatedListener,
  ): ReturnType<SimulatedEngine['submit']> {
    const index = this.submitted.push(request) - 1;
    this.listeners.push(listener);
    return { cachedTokens: 10 + index, abort: () => this.aborted.push(index) };
  }

  load(): typeof idleLoad {
    return idleLoad;
  }

  flushCache(): void {
    throw new Error('nobody asks for it');
  }

  tell(index: number, count: number, atMs: number): void {
    this.listeners[index]?.tokens(count, atMs);
  }

  finish(index: number, atMs: number): void {
    this.listeners[index]?.finished(atMs);
  }
}

/** A sink that writes down what it hears. */
class Ear implements AnswerSink {
  readonly heard: string[] = [];
  readonly #tokens: (index: number) => number;

  constructor(tokens: (index: number) => number) {
    this.#tokens = tokens;
  }

  tokens({ index }: { readonly index: number }, isLast: boolean): void {
    this.heard.push(`${index}: ${this.#tokens(index)}${isLast ? ' last' : ''}`);
  }

  finished(): void {
    this.heard.push('finished');
  }
}

interface Stage {
  readonly engine: HandEngine;
  readonly generation: RunningGeneration;
  readonly ear: Ear;
  readonly series: RequestSeries;
  readonly booked: string[];
  readonly endings: GenerationEnding[];
}

function aStage(facts: GenerationFacts['request'] = {}): Stage {
  const { choices, request } = aGeneration({ request: facts });
  const engine = new HandEngine();
  const series = new RequestSeries({ firstToken: [1], interToken: [0.1], endToEnd: [9] });
  const booked: string[] = [];
  const endings: GenerationEnding[] = [];
  const generation = new RunningGeneration(
    {
      id: 'id',
      requestId: 'request',
      createdSeconds: 1,
      receivedSeconds: 1,
      receivedMs: 1000,
      model: 'm',
      request,
      choices,
      work: choices.map(({ prompt, answer }) => ({
        promptTokens: prompt.ids.length,
        outputTokens: answer.tokens,
        blockHashes: [],
      })),
    },
    {
      series,
      prefilled: (atMs) => booked.push(`prefill at ${atMs}`),
      stepped: (atMs, tokens) => booked.push(`${tokens} at ${atMs}`),
      ended: (_generation, ending) => endings.push(ending),
    },
  );
  const ear = new Ear((index) => {
    const choice = choices[index];
    return choice === undefined ? -1 : generation.tokens(choice);
  });
  generation.start(engine, ear);
  return { engine, generation, ear, series, booked, endings };
}

describe('a running generation', () => {
  it('gives every choice to the engine', () => {
    const { engine } = aStage({
      prompts: [promptOfIds([1, 2, 3]), promptOfIds([4])],
      choicesPerPrompt: 2,
      outputTokensMax: 7,
    });

    expect(engine.submitted.map(({ promptTokens }) => promptTokens)).toEqual([3, 3, 1, 1]);
    expect(engine.submitted.map(({ outputTokens }) => outputTokens)).toEqual([7, 7, 7, 7]);
  });

  it('tells its sink what each choice has, which is the last, and the end', () => {
    const { engine, ear, endings } = aStage();
    engine.tell(0, 1, 1100);
    engine.tell(0, 2, 1200);
    engine.tell(0, 1, 1300);
    engine.finish(0, 1350);

    expect(ear.heard).toEqual(['0: 1', '0: 3', '0: 4 last', 'finished']);
    expect(endings).toEqual(['finished']);
  });

  it('ends when its last choice has ended', () => {
    const { engine, ear, endings } = aStage({ choicesPerPrompt: 2, outputTokensMax: 1 });
    engine.tell(1, 1, 1100);
    engine.finish(1, 1100);
    expect(endings).toEqual([]);
    engine.tell(0, 1, 1200);
    engine.finish(0, 1200);

    expect(ear.heard).toEqual(['1: 1 last', '0: 1 last', 'finished']);
    expect(endings).toEqual(['finished']);
  });

  it('shows no more tokens than its answer has', () => {
    const { engine, ear } = aStage({ outputTokensMax: 0 });
    engine.tell(0, 1, 1100);
    engine.finish(0, 1100);

    expect(ear.heard).toEqual(['0: 0 last', 'finished']);
  });

  it('knows when it was received and when its first and last tokens came', () => {
    const { engine, generation } = aStage();
    expect(generation.milestones()).toEqual({
      receivedMs: 1000,
      firstTokenMs: undefined,
      lastTokenMs: undefined,
    });
    engine.tell(0, 1, 1100);
    engine.tell(0, 1, 1250);

    expect(generation.milestones()).toMatchObject({ firstTokenMs: 1100, lastTokenMs: 1250 });
  });

  it('knows what the cache held of each choice', () => {
    const { generation } = aStage({ choicesPerPrompt: 2 });

    expect(generation.choices.map((choice) => generation.cachedTokens(choice))).toEqual([10, 11]);
  });

  it('books its first token once, and each gap by the tokens that came', () => {
    const { engine, series, booked } = aStage({ choicesPerPrompt: 2 });
    engine.tell(0, 1, 1500);
    engine.tell(1, 1, 1500);
    engine.tell(0, 2, 1600);

    expect(booked).toEqual(['prefill at 1500', '1 at 1500', '1 at 1500', '2 at 1600']);
    expect(series.firstTokenSeconds.count).toBe(1);
    expect(series.firstTokenSeconds.sum).toBe(0.5);
    expect(series.interTokenSeconds.count).toBe(2);
    expect(series.interTokenSeconds.sum).toBeCloseTo(0.1);
  });
});

describe('a generation that is aborted', () => {
  it('tells each choice that had not ended, as its last, and the end', () => {
    const { engine, generation, ear, endings } = aStage({ choicesPerPrompt: 2 });
    engine.tell(0, 4, 1100);
    engine.finish(0, 1100);
    engine.tell(1, 2, 1100);
    generation.abort();

    expect(ear.heard).toEqual(['0: 4 last', '1: 2', '1: 2 last', 'finished']);
    expect(engine.aborted).toEqual([1]);
    expect(generation.choices.map((choice) => generation.finish(choice).reason)).toEqual([
      'length',
      'abort',
    ]);
    expect(endings).toEqual(['aborted']);
  });

  it('is aborted once', () => {
    const { engine, generation, ear, endings } = aStage();
    generation.abort();
    generation.abort();
    generation.drop();

    expect(ear.heard).toEqual(['0: 0 last', 'finished']);
    expect(engine.aborted).toEqual([0]);
    expect(endings).toEqual(['aborted']);
  });

  it('is not aborted when it has ended', () => {
    const { engine, generation, endings } = aStage({ outputTokensMax: 1 });
    engine.tell(0, 1, 1100);
    engine.finish(0, 1100);
    generation.abort();

    expect(engine.aborted).toEqual([]);
    expect(endings).toEqual(['finished']);
  });
});

describe('a generation whose client has left', () => {
  it('is out of the engine at once, and tells nothing more', () => {
    const { engine, generation, ear, endings } = aStage({ choicesPerPrompt: 2 });
    engine.tell(0, 1, 1100);
    generation.drop();
    engine.tell(0, 1, 1200);

    expect(engine.aborted).toEqual([0, 1]);
    expect(ear.heard).toEqual(['0: 1']);
    expect(endings).toEqual(['dropped']);
  });
});

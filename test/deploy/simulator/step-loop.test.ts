import { describe, expect, it } from 'vitest';

import { VirtualClock, type SimulatorClock } from '../../../deploy/simulator/clock.ts';
import type { SimulatedGeneration } from '../../../deploy/simulator/engine.ts';
import { createSimulatedEngine } from '../../../deploy/simulator/simulated-engine.ts';
import { aBench, aPreset, aSimulatedRequest, deaf, Told } from '../../support/simulated.ts';

describe('the steps of an engine', () => {
  it('run back to back: a prefill, then a decode for each further token', () => {
    const { clock, submit } = aBench();
    const { told } = submit({ promptTokens: 10, outputTokens: 4 });

    clock.run();

    expect(told.timesMs).toEqual([20, 40, 60, 80]);
    expect(told.finishedMs).toBe(80);
  });

  it('take all that was submitted at one moment into the first of them', () => {
    const { clock, submit } = aBench();
    const told = [submit(), submit(), submit()].map((submitted) => submitted.told);

    clock.run();

    expect(told.map(({ timesMs }) => timesMs[0])).toEqual([40, 40, 40]);
  });

  it('take what was submitted during one of them into the next', () => {
    const { clock, submit } = aBench();
    const early = submit({ promptTokens: 10, outputTokens: 3 }).told;
    clock.runUntil(35);
    const late = submit({ promptTokens: 20, outputTokens: 2 }).told;

    clock.run();

    // The second prefill runs from 40 to 70, between two decode steps.
    expect(early.timesMs).toEqual([20, 40, 90]);
    expect(late.timesMs).toEqual([70, 90]);
  });

  it('begin again when work comes to an idle engine', () => {
    const { clock, submit } = aBench();
    submit();
    clock.run();
    clock.runUntil(1000);

    const { told } = submit({ promptTokens: 10, outputTokens: 2 });
    clock.run();

    expect(told.timesMs).toEqual([1020, 1040]);
  });

  it('stop when there is no work', () => {
    const { clock, submit } = aBench();
    submit({ outputTokens: 1 });
    clock.run();

    expect(clock.run()).toBe(0);
  });

  it('start when the one before was due to end, however late the clock', () => {
    const virtual = new VirtualClock();
    const lateBy7: SimulatorClock = {
      nowMs: () => virtual.nowMs(),
      at: (timeMs, task) => virtual.at(timeMs === 0 ? 0 : timeMs + 7, task),
    };
    const engine = createSimulatedEngine(aPreset(), lateBy7);
    const told = new Told();
    engine.submit(aSimulatedRequest({ promptTokens: 10, outputTokens: 4 }), told);

    virtual.run();

    expect(told.timesMs).toEqual([20, 40, 60, 80]);
    expect(virtual.nowMs()).toBe(87);
  });

  it('end: a slowness without end is refused', () => {
    const clock = new VirtualClock();
    const engine = createSimulatedEngine(aPreset(), clock, { slowness: () => Infinity });
    engine.submit(aSimulatedRequest(), deaf);

    expect(() => clock.run()).toThrow('a step ends');
  });
});

describe('a request', () => {
  it('may be as long as the context', () => {
    const { clock, submit } = aBench({ contextTokensMax: 64 });
    const { told } = submit({ promptTokens: 60, outputTokens: 4 });

    clock.run();

    expect(told.total).toBe(4);
  });

  it('may not be longer than the context', () => {
    const { submit } = aBench({ contextTokensMax: 64 });

    expect(() => submit({ promptTokens: 60, outputTokens: 5 })).toThrow('the request fits');
  });

  it('has a prompt', () => {
    expect(() => aBench().submit({ promptTokens: 0 })).toThrow('a prompt has a token');
  });
});

describe('an abort', () => {
  it('of a waiting request leaves the others alone', () => {
    const { clock, engine, submit } = aBench({ runningSequencesMax: 1 });
    const first = submit();
    const second = submit();
    clock.runUntil(25);
    expect(engine.load()).toMatchObject({ runningRequests: 1, waitingRequests: 1 });

    second.generation.abort();

    expect(engine.load()).toMatchObject({ runningRequests: 1, waitingRequests: 0 });
    clock.run();
    expect(second.told.counts).toEqual([]);
    expect(first.told.total).toBe(5);
  });

  it('of a running request frees its KV at once and silences it', () => {
    const { clock, engine, submit } = aBench();
    const { told, generation } = submit({ promptTokens: 10, outputTokens: 5 });
    clock.runUntil(45);
    expect(told.total).toBe(2);

    generation.abort();

    expect(engine.load()).toMatchObject({ runningRequests: 0, usedTokens: 0 });
    clock.run();
    expect(told.total).toBe(2);
    expect(told.finishedMs).toBeUndefined();
  });

  it('in the middle of a prefill gives no token', () => {
    const { clock, engine, submit } = aBench();
    const { told, generation } = submit({ promptTokens: 10 });
    clock.runUntil(5);

    generation.abort();
    clock.run();

    expect(told.counts).toEqual([]);
    expect(engine.load().usedTokens).toBe(0);
  });

  it('in the middle of a step takes no time of the front end', () => {
    const { clock, submit } = aBench({ frontEndMsPerChunk: 5 });
    const first = submit({ promptTokens: 10 });
    const { told } = submit({ promptTokens: 10, outputTokens: 1 });
    clock.runUntil(15);

    first.generation.abort();
    clock.run();

    expect(told.timesMs).toEqual([35]);
  });

  it('after the last token and before the end of the stream silences the end', () => {
    const { clock, submit } = aBench({ streamTailMs: 50 });
    const { told, generation } = submit({ promptTokens: 10, outputTokens: 1 });
    clock.runUntil(30);
    expect(told.total).toBe(1);

    generation.abort();
    clock.run();

    expect(told.finishedMs).toBeUndefined();
  });

  it('after the end, or twice, does nothing', () => {
    const { clock, engine, submit } = aBench();
    const { generation } = submit();
    clock.run();
    const before = engine.load();

    generation.abort();
    generation.abort();

    expect(engine.load()).toEqual(before);
  });

  it('may come from within the telling, for oneself and for the others of the step', () => {
    const clock = new VirtualClock();
    const engine = createSimulatedEngine(aPreset(), clock);
    const generations: SimulatedGeneration[] = [];
    const heard: string[] = [];
    for (const name of ['first', 'second', 'third']) {
      const generation = engine.submit(aSimulatedRequest(), {
        tokens() {
          heard.push(name);
          generations[0]?.abort();
          generations[2]?.abort();
        },
        finished: () => heard.push(`${name} finished`),
      });
      generations.push(generation);
    }

    clock.run();

    expect(heard).toEqual(['first', ...Array<string>(5).fill('second'), 'second finished']);
    expect(engine.load()).toMatchObject({ runningRequests: 0, usedTokens: 0 });
  });

  it('lets a request be submitted in its place at once', () => {
    const { clock, submit } = aBench({ runningSequencesMax: 1 });
    const first = submit();
    clock.runUntil(25);

    first.generation.abort();
    const { told } = submit({ promptTokens: 10, outputTokens: 1 });
    clock.run();

    expect(told.timesMs).toEqual([60]);
  });
});

describe('a request that is submitted from within the telling', () => {
  it('joins the very next step', () => {
    const clock = new VirtualClock();
    const engine = createSimulatedEngine(aPreset(), clock);
    const next = new Told();
    engine.submit(aSimulatedRequest({ promptTokens: 10, outputTokens: 1 }), {
      tokens: () => undefined,
      finished: () => engine.submit(aSimulatedRequest({ promptTokens: 10, outputTokens: 1 }), next),
    });

    clock.run();

    expect(next.timesMs).toEqual([40]);
  });
});

describe('the load of an engine', () => {
  it('is nothing at first but the room that it has', () => {
    expect(aBench().engine.load()).toEqual({
      runningRequests: 0,
      waitingRequests: 0,
      waitingTokens: 0,
      usedTokens: 0,
      capacityTokens: 1024,
      preemptions: 0,
      promptTokensTotal: 0,
      cachedTokensTotal: 0,
      outputTokensTotal: 0,
    });
  });

  it('tells who runs, who waits, and what they hold and want', () => {
    const { clock, engine, submit } = aBench({ runningSequencesMax: 2 });
    for (const promptTokens of [10, 20, 30, 5]) submit({ promptTokens, outputTokens: 5 });

    clock.runUntil(41);

    expect(engine.load()).toMatchObject({
      runningRequests: 2,
      waitingRequests: 2,
      waitingTokens: 35,
      // Both prompts and the slots of the decode step that runs.
      usedTokens: 32,
      promptTokensTotal: 30,
      outputTokensTotal: 2,
    });
  });

  it('returns to nothing when all is done, with the totals kept', () => {
    const { clock, engine, submit } = aBench();
    for (const promptTokens of [10, 20]) submit({ promptTokens, outputTokens: 5 });

    clock.run();

    expect(engine.load()).toMatchObject({
      runningRequests: 0,
      waitingRequests: 0,
      usedTokens: 0,
      promptTokensTotal: 30,
      outputTokensTotal: 10,
    });
  });
});

describe('the prefix cache of an engine', () => {
  const shared = { promptTokens: 10, outputTokens: 2, blockHashes: [1, 2] };

  it('tells a generation what it found once its first step is planned', () => {
    const { clock, submit } = aBench({ scheduler: 'current' });
    submit(shared);
    clock.run();

    const { generation } = submit(shared);
    expect(generation.cachedTokens).toBe(0);
    clock.run();

    expect(generation.cachedTokens).toBe(8);
  });

  it('is empty after a flush', () => {
    const { clock, engine, submit } = aBench({ scheduler: 'current' });
    submit(shared);
    clock.run();

    engine.flushCache();
    const { generation } = submit(shared);
    clock.run();

    expect(generation.cachedTokens).toBe(0);
    expect(engine.load()).toMatchObject({ promptTokensTotal: 20, cachedTokensTotal: 0 });
  });
});

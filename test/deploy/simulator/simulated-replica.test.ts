import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../deploy/simulator/clock.ts';
import type { Choice } from '../../../deploy/simulator/generation.ts';
import { planGeneration } from '../../../deploy/simulator/plan-generation.ts';
import { findProtocol } from '../../../deploy/simulator/protocols/catalog.ts';
import { RunningGeneration } from '../../../deploy/simulator/running-generation.ts';
import type { SimulatedReplica } from '../../../deploy/simulator/simulated-replica.ts';
import { aGenerationRequest, aSimulatedReplica } from '../../support/simulator.ts';

const vllm = 'vllm-0.5.5-8xh100-tp8';
const sglang = 'sglang-current-8xh100-tp8';

interface Heard {
  readonly generation: RunningGeneration;
  readonly tokens: number[];
  isFinished: boolean;
}

/** Starts a generation of so many tokens and keeps what it tells. */
function start(replica: SimulatedReplica, outputTokensMax: number, requestId?: string): Heard {
  const request = aGenerationRequest({ model: replica.model, outputTokensMax, requestId });
  const plan = planGeneration(request, {
    replica,
    protocol: findProtocol(replica.preset),
    clientId: undefined,
    random: `${outputTokensMax}`.padStart(32, '0'),
  });
  const generation = new RunningGeneration(plan, replica.watch(true));
  const heard: Heard = { generation, tokens: [], isFinished: false };
  replica.enter(generation);
  generation.start(replica.engine, {
    tokens: (choice: Choice) => {
      heard.tokens.push(generation.tokens(choice));
    },
    finished: () => {
      heard.isFinished = true;
    },
  });
  return heard;
}

function aStage(preset: string): {
  readonly clock: VirtualClock;
  readonly replica: SimulatedReplica;
} {
  const clock = new VirtualClock();
  return { clock, replica: aSimulatedReplica(preset, { clock }) };
}

describe('a simulated replica', () => {
  it('runs a generation to its end and counts it', () => {
    const { clock, replica } = aStage(vllm);
    const heard = start(replica, 10);
    expect(replica.openGenerations).toBe(1);
    clock.run();

    expect(heard.isFinished).toBe(true);
    expect(heard.tokens.at(-1)).toBe(10);
    expect(replica.openGenerations).toBe(0);
    expect(replica.counts()).toEqual({
      tokens: 10,
      generations: 1,
      aborted: 0,
      restarts: 0,
      lastAbortAtMs: undefined,
    });
    expect(replica.observations.finished).toEqual({ stop: 0, length: 1, abort: 0 });
    expect(replica.observations.streamed.outputTokens.sum).toBe(10);
  });

  it('shows its load at this moment', () => {
    const { clock, replica } = aStage(vllm);
    start(replica, 100);
    clock.runUntil(200);

    expect(replica.load()).toMatchObject({ runningRequests: 1, waitingRequests: 0 });
  });

  it('tells the wall time of an engine time by its speed', () => {
    const { clock, replica } = aStage(vllm);
    clock.runUntil(4000);

    // At speed 2 the wall has moved by half of it.
    expect(replica.nowSeconds()).toBe(1_700_000_002);
    expect(replica.secondsAt(1000)).toBe(1_700_000_000.5);
  });

  it('counts open requests of any kind', () => {
    const { replica } = aStage(vllm);
    replica.requestOpened();
    replica.requestOpened();
    replica.requestClosed();

    expect(replica.openRequests()).toBe(1);
  });

  it('waits on the clock of the engine', async () => {
    const { clock, replica } = aStage(vllm);
    let isDone = false;
    const waited = replica.after(1000).then(() => {
      isDone = true;
    });
    clock.runUntil(999);
    await Promise.resolve();
    expect(isDone).toBe(false);
    clock.runUntil(1000);
    await waited;

    expect(isDone).toBe(true);
  });

  it('takes a prompt through queue and prefill', async () => {
    const { clock, replica } = aStage(vllm);
    const done = replica.prefill(500);
    clock.run();
    await done;

    expect(replica.load().promptTokensTotal).toBe(500);
  });
});

describe('an abort', () => {
  it('is of the generation of that id, and tells when the last one was', () => {
    const { clock, replica } = aStage(sglang);
    const first = start(replica, 500, 'first');
    const second = start(replica, 500, 'second');
    clock.runUntil(1000);

    expect(replica.abort('first')).toBe(1);
    expect(first.isFinished).toBe(true);
    expect(second.isFinished).toBe(false);
    expect(replica.counts()).toMatchObject({ aborted: 1, lastAbortAtMs: 1_700_000_000_500 });
    expect(replica.observations.finished.abort).toBe(1);
  });

  it('is of all when none is named', () => {
    const { clock, replica } = aStage(sglang);
    start(replica, 500);
    start(replica, 501);
    clock.runUntil(1000);

    expect(replica.abort()).toBe(2);
    expect(replica.openGenerations).toBe(0);
    expect(replica.load()).toMatchObject({ runningRequests: 0, usedTokens: 0 });
  });

  it('finds nothing under an id that nobody has', () => {
    const { replica } = aStage(sglang);
    start(replica, 500, 'a');

    expect(replica.abort('b')).toBe(0);
  });

  it('by a client that leaves is counted here, and not by the engine', () => {
    const { clock, replica } = aStage(vllm);
    const { generation } = start(replica, 500);
    clock.runUntil(1000);
    generation.drop();

    expect(replica.counts().aborted).toBe(1);
    expect(replica.observations.finished).toEqual({ stop: 0, length: 0, abort: 0 });
    expect(replica.observations.streamed.promptTokens.count).toBe(0);
  });
});

describe('the cache', () => {
  it('is flushed when nothing is open', () => {
    const { clock, replica } = aStage(sglang);
    const heard = start(replica, 5);

    expect(replica.flushCache()).toBe(false);
    clock.run();
    expect(heard.isFinished).toBe(true);
    expect(replica.flushCache()).toBe(true);
  });
});

describe('the gauges of SGLang 0.5.23', () => {
  it('show no running request while the only one is short of forty steps', () => {
    const { clock, replica } = aStage(sglang);
    const heard = start(replica, 500);
    while (heard.tokens.length < 10) clock.runUntil(clock.nowMs() + 10);

    expect(replica.load().runningRequests).toBe(1);
    expect(replica.metricsGauges().load.runningRequests).toBe(0);
    expect(replica.loadsGauges().load.runningRequests).toBe(1);
    while (heard.tokens.length < 41) clock.runUntil(clock.nowMs() + 10);
    expect(replica.metricsGauges().load.runningRequests).toBe(1);
  });

  it('show nobody when all have ended', () => {
    const { clock, replica } = aStage(sglang);
    start(replica, 100);
    clock.run();

    expect(replica.metricsGauges().load.runningRequests).toBe(0);
    expect(replica.loadsGauges().load.runningRequests).toBe(0);
  });

  it('tell of those whose prefill is behind them when another one begins', () => {
    const { clock, replica } = aStage(sglang);
    const first = start(replica, 500);
    while (first.tokens.length < 3) clock.runUntil(clock.nowMs() + 10);
    const second = start(replica, 501);
    while (second.tokens.length < 1) clock.runUntil(clock.nowMs() + 1);

    expect(replica.metricsGauges().load.runningRequests).toBe(1);
    expect(replica.loadsGauges().load.runningRequests).toBe(2);
  });
});

describe('the gauges of vLLM 0.5.5', () => {
  it('still show a request that was aborted, for up to ten seconds', () => {
    const { clock, replica } = aStage(vllm);
    const { generation } = start(replica, 500);
    clock.runUntil(1000);
    generation.drop();
    clock.runUntil(9000);

    expect(replica.load().runningRequests).toBe(0);
    expect(replica.metricsGauges().load.runningRequests).toBe(1);
    clock.runUntil(11_001);
    expect(replica.metricsGauges().load.runningRequests).toBe(0);
  });
});

describe('a restart', () => {
  it('empties engine and books, and starts the clock of the process anew', () => {
    const { clock, replica } = aStage(sglang);
    const heard = start(replica, 500);
    clock.runUntil(2000);
    replica.restart();
    clock.run();

    expect(heard.isFinished).toBe(false);
    expect(replica.openGenerations).toBe(0);
    expect(replica.load()).toMatchObject({ runningRequests: 0, promptTokensTotal: 0 });
    expect(replica.observations.streamed.firstTokenSeconds.count).toBe(0);
    expect(replica.startedSeconds).toBe(1_700_000_001);
    expect(replica.counts().restarts).toBe(1);
    expect(replica.metricsGauges().load.runningRequests).toBe(0);
  });

  it('lets work go on behind it', () => {
    const { clock, replica } = aStage(vllm);
    start(replica, 500);
    clock.runUntil(1000);
    replica.restart();
    const heard = start(replica, 5);
    clock.run();

    expect(heard.isFinished).toBe(true);
    expect(replica.observations.finished.length).toBe(1);
  });
});

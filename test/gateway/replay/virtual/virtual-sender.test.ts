import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../deploy/simulator/clock.ts';
import { learnedOutput, toldOutput } from '../../../../gateway/replay/virtual/output-knowledge.ts';
import { startVirtualFleet } from '../../../../gateway/replay/virtual/virtual-fleet.ts';
import type { VirtualFleetOptions } from '../../../../gateway/replay/virtual/virtual-fleet.ts';
import { VirtualSender } from '../../../../gateway/replay/virtual/virtual-sender.ts';
import type { WorkloadRequest } from '../../../../gateway/replay/workload.ts';
import { presetNamed } from '../builders.ts';

const tp4 = presetNamed('sglang-0.2.14-4xh100-tp4');
const vllm = presetNamed('vllm-current-8xh100-tp8');

function aRequest(fields: Partial<WorkloadRequest> = {}): WorkloadRequest {
  return {
    index: 0,
    arrivalMs: 0,
    promptTokens: 1000,
    outputTokens: 100,
    prompt: { kind: 'words', segments: [{ content: 'a', tokens: 1000 }] },
    ...fields,
  };
}

function start(fields: Partial<VirtualFleetOptions> = {}, knowledge = toldOutput) {
  const clock = new VirtualClock();
  const options = { presets: [tp4, tp4], admission: 'late-binding', policy: 'kv-aware', seed: 1 };
  const fleet = startVirtualFleet({ ...options, ...fields } as VirtualFleetOptions, clock);
  const sender = new VirtualSender(fleet, knowledge);
  const told: string[] = [];
  let tokens = 0;
  const send = (request: WorkloadRequest): void =>
    sender.send(request, {
      dispatched: (replica) => told.push(`to ${replica}`),
      tokens: (count) => (tokens += count),
      finished: ({ cachedTokens }) => told.push(`finished with ${cachedTokens} cached`),
      failed: (message) => told.push(message),
    });
  const open = (): number =>
    fleet.fleet.candidates(clock.nowMs()).reduce((sum, one) => sum + one.inFlight.requests, 0);
  return { clock, fleet, told, send, open, tokens: () => tokens };
}

describe('a request on virtual time', () => {
  it('is dispatched, answered and released', () => {
    const { clock, told, send, open, tokens } = start();
    send(aRequest());
    expect(open()).toBe(1);
    clock.run();

    expect(told).toEqual([expect.stringMatching(/^to /), 'finished with 0 cached']);
    expect(tokens()).toBe(100);
    expect(open()).toBe(0);
  });

  it('is refused where it does not fit, and leaves nothing behind', () => {
    const { told, send, open } = start();
    send(aRequest({ promptTokens: 9000 }));

    expect(told).toEqual(['Bad Request']);
    expect(open()).toBe(0);
  });

  it('goes elsewhere when its replica is lost before its first token, and fails after it', () => {
    const restarts = [{ replica: 0, atMs: 400, downMs: 1000 }];
    const { clock, told, send, open } = start({
      policy: 'round-robin',
      admission: 'pass-through',
      disturbances: { restarts },
    });
    send(aRequest());
    send(aRequest());
    clock.runUntil(399);
    send(aRequest());
    clock.run();

    expect(told.slice(0, 5)).toEqual([
      'to replica-0',
      'to replica-1',
      'to replica-0',
      'the replica went down',
      'to replica-1',
    ]);
    expect(told.filter((one) => one.startsWith('finished'))).toHaveLength(2);
    expect(open()).toBe(0);
  });

  it('fails when nobody else is there to go to', () => {
    const restarts = [{ replica: 0, atMs: 10, downMs: 1000 }];
    const { clock, told, send } = start({ presets: [tp4], disturbances: { restarts } });
    send(aRequest());
    clock.run();

    expect(told).toEqual(['to replica-0', 'the replica went down']);
  });

  it('finds its replica back after the restart', () => {
    const restarts = [{ replica: 0, atMs: 10, downMs: 1000 }];
    const { clock, told, send } = start({ presets: [tp4], disturbances: { restarts } });
    clock.runUntil(500);
    send(aRequest());
    clock.runUntil(1010);
    send(aRequest());
    clock.run();

    expect(told).toEqual([expect.any(String), 'to replica-0', 'finished with 0 cached']);
  });

  it('tells the gateway what was cached', () => {
    const { clock, told, send } = start({ presets: [vllm] });
    send(aRequest());
    clock.run();
    send(aRequest());
    clock.run();

    expect(told.at(-1)).toBe('finished with 992 cached');
  });

  it('teaches how long answers are', () => {
    const knowledge = learnedOutput(undefined);
    const { clock, send } = start({}, knowledge);
    for (let sent = 0; sent < 40; sent++) send(aRequest());
    clock.run();

    const expected = knowledge.outlook(aRequest()).expectedTokens(0);
    expect(expected).toBeGreaterThan(90);
    expect(expected).toBeLessThan(130);
  });
});

describe('gauges of a virtual fleet', () => {
  it('are polled from the start until the fleet is closed', () => {
    const { clock, fleet, send } = start({ gauges: { everyMs: 500 } });
    send(aRequest());
    clock.runUntil(600);
    const [one, other] = fleet.fleet.candidates(clock.nowMs());
    fleet.close();
    clock.run();

    expect(one?.load?.takenAtMs).toBe(500);
    expect((one?.load?.runningRequests ?? 0) + (other?.load?.runningRequests ?? 0)).toBe(1);
  });

  it('are not looked at unless it is asked for', () => {
    const { clock, fleet } = start();
    clock.run();

    expect(fleet.fleet.candidates(0)[0]?.load).toBeUndefined();
  });
});

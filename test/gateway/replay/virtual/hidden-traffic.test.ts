import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../deploy/simulator/clock.ts';
import { HiddenTraffic } from '../../../../gateway/replay/virtual/hidden-traffic.ts';
import { VirtualReplica } from '../../../../gateway/replay/virtual/virtual-replica.ts';
import type { WorkloadRequest } from '../../../../gateway/replay/workload.ts';
import { presetNamed } from '../builders.ts';

const request: WorkloadRequest = {
  index: 0,
  arrivalMs: 0,
  promptTokens: 500,
  outputTokens: 100,
  prompt: { kind: 'text', text: '' },
};

function start(count: number) {
  const clock = new VirtualClock();
  const replicas = Array.from(
    { length: count },
    (_, index) =>
      new VirtualReplica(`replica-${index}`, presetNamed('sglang-0.2.14-4xh100-tp4'), {
        clock,
        slowness: () => 1,
      }),
  );
  const open = (): number[] =>
    replicas.map((one) => one.load().runningRequests + one.load().waitingRequests);
  return { clock, replicas, open, hidden: new HiddenTraffic(replicas) };
}

describe('the traffic of another gateway', () => {
  it('goes where it has the fewest open, and shows in the gauges', () => {
    const { hidden, open } = start(3);
    for (let sent = 0; sent < 7; sent++) hidden.send(request);

    expect(open()).toEqual([3, 2, 2]);
  });

  it('goes on when what it sent has ended', () => {
    const { clock, hidden, open } = start(2);
    hidden.send(request);
    hidden.send({ ...request, outputTokens: 1000 });
    clock.runUntil(5000);
    hidden.send(request);

    expect(open()).toEqual([1, 1]);
  });

  it('forgets what it lost', () => {
    const { replicas, hidden, open } = start(2);
    hidden.send(request);
    replicas[0]?.restart();
    hidden.send(request);

    expect(open()).toEqual([1, 0]);
  });

  it('goes nowhere without a replica', () => {
    expect(() => new HiddenTraffic([]).send(request)).not.toThrow();
  });
});

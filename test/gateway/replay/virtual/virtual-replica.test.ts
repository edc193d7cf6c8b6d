import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../deploy/simulator/clock.ts';
import { VirtualReplica } from '../../../../gateway/replay/virtual/virtual-replica.ts';
import { presetNamed } from '../builders.ts';

const tp4 = presetNamed('sglang-0.2.14-4xh100-tp4');
const wanted = { promptTokens: 1000, outputTokens: 50, blockHashes: [] };

function start(slowness: (nowMs: number) => number = () => 1) {
  const clock = new VirtualClock();
  const replica = new VirtualReplica('replica-0', tp4, { clock, slowness });
  const told: string[] = [];
  const submit = (name: string): void => {
    replica.submit(wanted, {
      tokens: () => undefined,
      finished: (atMs) => told.push(`${name} finished at ${Math.round(atMs)}`),
      lost: () => told.push(`${name} lost`),
    });
  };
  return { clock, replica, told, submit };
}

describe('a virtual replica', () => {
  it('tells what it has computed and made', () => {
    const { clock, replica, submit } = start();
    submit('a');
    submit('b');
    expect(replica.openRequests).toBe(2);
    clock.run();

    expect(replica.openRequests).toBe(0);
    expect(replica.work()).toEqual({
      prefillTokens: 2000,
      promptTokens: 2000,
      cachedTokens: 0,
      outputTokens: 100,
      preemptions: 0,
    });
  });

  it('takes twice as long at half its speed', () => {
    const endOf = (factor: number): number => {
      const { clock, submit } = start(() => factor);
      submit('a');
      clock.run();
      return clock.nowMs() - tp4.streamTailMs;
    };

    expect(endOf(2) / endOf(1)).toBeCloseTo(2);
  });

  it('loses at a restart what is open, not what has ended, and counts on', () => {
    const { clock, replica, told, submit } = start();
    submit('early');
    clock.run();
    submit('late');
    clock.runUntil(clock.nowMs() + 300);
    const before = replica.work();
    replica.restart();
    submit('after');
    clock.run();

    expect(told.map((one) => one.replace(/ at .*/, ''))).toEqual([
      'early finished',
      'late lost',
      'after finished',
    ]);
    expect(replica.work().promptTokens).toBe(before.promptTokens + 1000);
    expect(replica.work().outputTokens).toBe(before.outputTokens + 50);
  });

  it('shows empty gauges after a restart', () => {
    const { clock, replica, submit } = start();
    submit('a');
    clock.runUntil(200);
    expect(replica.load()).toMatchObject({ runningRequests: 1, promptTokensTotal: 1000 });

    replica.restart();

    expect(replica.load()).toMatchObject({
      runningRequests: 0,
      waitingRequests: 0,
      usedTokens: 0,
      promptTokensTotal: 0,
    });
  });

  it('lets a lost request be sent again at once, to itself as well', () => {
    const { clock, replica, told, submit } = start();
    replica.submit(wanted, {
      tokens: () => undefined,
      finished: () => told.push('finished'),
      lost: () => submit('again'),
    });
    clock.runUntil(100);
    replica.restart();
    clock.run();

    expect(told).toEqual([expect.stringMatching(/^again finished/)]);
  });
});

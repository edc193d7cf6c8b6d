import { describe, expect, it } from 'vitest';

import type { LauncherState } from '../../../deploy/launcher.ts';
import { LauncherError, PROTOCOL } from '../../../deploy/launcher.ts';
import { LauncherLink } from '../../../gateway/launch/launcher-link.ts';
import { LaunchTestClock } from '../../support/launched/clock.ts';
import { aLaunchedReplica, aLauncherState } from '../../support/launched/states.ts';

const limits = { readyMsMax: 1, stopMsMax: 1 };
const wanted = { protocol: PROTOCOL, owner: { pid: 1, startTicks: 1 }, replicas: [], limits };

/** A link to a launcher that can be taken away. */
class Linked {
  readonly clock: LaunchTestClock = new LaunchTestClock();
  readonly seen: LauncherState[] = [];
  readonly told: string[] = [];
  readonly applied: object[] = [];
  readonly stop: () => void;
  failure: Error | undefined;
  /** Why the next replicas are not taken. */
  refusal: Error | undefined;
  /** The launcher that is there. */
  state: LauncherState = aLauncherState(aLaunchedReplica());
  revives: boolean | Error = true;
  looks = 0;
  readonly link: LauncherLink;

  constructor() {
    this.link = new LauncherLink({
      client: {
        state: async () => {
          this.looks += 1;
          return this.#answer();
        },
        apply: async (wish) => {
          this.applied.push(wish);
          if (this.refusal !== undefined) throw this.refusal;
          return this.#answer();
        },
      },
      wanted,
      clock: this.clock,
      revive: async () => {
        if (this.revives instanceof Error) throw this.revives;
        if (this.revives) this.failure = undefined;
        return Promise.resolve(this.revives);
      },
      tell: (line) => this.told.push(line),
    });
    void this.link.apply();
    this.applied.length = 0;
    this.stop = this.link.watch((state) => this.seen.push(state));
  }

  async #answer(): Promise<LauncherState> {
    if (this.failure !== undefined) throw this.failure;
    return Promise.resolve(this.state);
  }
}

const absent = new LauncherError('no launcher listens at x', true);

describe('the link to a launcher', () => {
  it('tells its state twice a second, until nobody listens any more', async () => {
    const linked = new Linked();
    const more: LauncherState[] = [];
    const stopMore = linked.link.watch((state) => more.push(state));
    await linked.clock.pass(1_010);
    expect([linked.looks, linked.seen.length, more.length]).toEqual([3, 3, 3]);

    stopMore();
    await linked.clock.pass(500);
    expect([linked.seen.length, more.length]).toEqual([4, 3]);
    linked.stop();
    await linked.clock.pass(5_000);
    expect(linked.looks).toBeGreaterThan(3);
  });

  it('has a launcher that was killed replaced, and given the same replicas', async () => {
    const linked = new Linked();
    linked.failure = absent;
    await linked.clock.pass(10);
    expect(linked.applied).toEqual([wanted]);
    expect(linked.told).toEqual(['no launcher listens at x']);
    expect(linked.seen).toHaveLength(1);
    linked.stop();
  });

  it('leaves one alone that was told to end, and says so once', async () => {
    const linked = new Linked();
    linked.failure = absent;
    linked.revives = false;
    await linked.clock.pass(2_000);
    const lines = [
      'no launcher listens at x',
      'the launcher was told to end, as gateway down does, and its replicas are gone: end this ' +
        'gateway and start it again to have them back',
    ];
    expect(linked.applied).toEqual([]);
    expect(linked.looks).toBeGreaterThan(3);
    expect(linked.told).toEqual(lines);

    linked.failure = undefined;
    await linked.clock.pass(500);
    linked.failure = absent;
    await linked.clock.pass(1_000);
    expect(linked.told).toEqual([...lines, ...lines]);
    linked.stop();
  });

  it('tries again where another one cannot be started', async () => {
    const linked = new Linked();
    linked.failure = absent;
    linked.revives = new Error('no memory');
    await linked.clock.pass(10);
    expect(linked.told.at(-1)).toBe('no memory');
    linked.revives = true;
    await linked.clock.pass(500);
    expect(linked.applied).toHaveLength(1);
    linked.stop();
  });

  it('gives its replicas to one that did not take them at first, until it does', async () => {
    const linked = new Linked();
    linked.failure = absent;
    linked.refusal = new LauncherError('the launcher does not answer at x', false);
    linked.state = { ...linked.state, run: 'another' };
    await linked.clock.pass(510);
    expect([linked.applied.length, linked.seen.length]).toEqual([2, 0]);
    linked.refusal = undefined;
    await linked.clock.pass(1_000);
    expect([linked.applied.length, linked.seen.length]).toEqual([3, 2]);
    linked.stop();
  });

  it('gives its replicas to one that somebody else has started, once and not while it ends', async () => {
    const linked = new Linked();
    await linked.clock.pass(10);
    linked.state = { ...linked.state, run: 'another', stopping: true };
    await linked.clock.pass(500);
    expect(linked.applied).toEqual([]);
    linked.state = { ...linked.state, stopping: false };
    await linked.clock.pass(1_000);
    expect(linked.applied).toEqual([wanted]);
    expect(linked.seen).toHaveLength(4);
    linked.stop();
  });

  it('replaces none that is there and does not answer', async () => {
    const linked = new Linked();
    linked.failure = new LauncherError('the launcher does not answer at x', false);
    await linked.clock.pass(2_000);
    expect(linked.applied).toEqual([]);
    expect(linked.told).toEqual(['the launcher does not answer at x']);
    linked.stop();
  });
});

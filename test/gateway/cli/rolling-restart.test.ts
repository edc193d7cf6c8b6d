import { describe, expect, it } from 'vitest';

import type { LaunchedReplica } from '../../../deploy/launcher.ts';
import { restartOneByOne } from '../../../gateway/cli/rolling-restart.ts';
import type { RollingParts } from '../../../gateway/cli/rolling-restart.ts';
import { LaunchTestClock } from '../../support/launched/clock.ts';
import { aPlan } from '../../support/launched/plans.ts';
import { aLaunchedReplica, aLauncherState } from '../../support/launched/states.ts';

const DRAIN_MS_MAX = 10_000;

/** A launcher and a gateway that do what they are told, and what was done, in order. */
class Host {
  readonly clock: LaunchTestClock = new LaunchTestClock();
  readonly acts: string[] = [];
  readonly stopping: AbortController = new AbortController();
  readonly requests: Map<string, number>;
  readonly replicas: Map<string, LaunchedReplica>;
  readonly drained: Set<string> = new Set();
  /** What a replica is when it was restarted. */
  comesBack: Partial<LaunchedReplica> = {};

  constructor(...ids: readonly string[]) {
    this.requests = new Map(ids.map((id) => [id, 0]));
    this.replicas = new Map(ids.map((id) => [id, aLaunchedReplica({ plan: aPlan({ id }) })]));
  }

  readonly #parts: RollingParts = {
    launcher: {
      state: async () => Promise.resolve(aLauncherState(...this.replicas.values())),
      restart: async (id) => this.#restart(id),
    },
    admin: {
      replicas: async () =>
        Promise.resolve(
          [...this.requests].map(([id, requests]) => ({
            id,
            state: this.drained.has(id) ? 'draining' : 'ready',
            inFlight: { requests },
            load: null,
          })),
        ),
      mark: async (_door, id, mark) => {
        this.acts.push(`${mark} ${id}`);
        if (mark === 'drain') this.drained.add(id);
        else this.drained.delete(id);
        return Promise.resolve();
      },
    },
    doors: [{ url: 'http://one', key: undefined }],
    clock: this.clock,
    drainMsMax: DRAIN_MS_MAX,
    tell: () => undefined,
    signal: this.stopping.signal,
  };

  async restart(ids: readonly string[], forMs = 30_000): Promise<unknown> {
    const done = restartOneByOne(ids, this.#parts).then(
      () => 'done',
      (error: unknown) => error,
    );
    await this.clock.pass(forMs);
    return done;
  }

  async #restart(id: string): Promise<ReturnType<typeof aLauncherState>> {
    this.acts.push(`restart ${id} with ${this.requests.get(id)} requests`);
    const before = this.replicas.get(id) ?? aLaunchedReplica();
    const restarts = before.restarts + 1;
    this.replicas.set(id, { ...before, phase: 'starting', restarts });
    this.clock.after(2_000, () => {
      this.replicas.set(id, { ...before, restarts, ...this.comesBack });
      this.acts.push(`${id} is up`);
    });
    return Promise.resolve(aLauncherState());
  }
}

describe('engines that are restarted one by one', () => {
  it('are each drained, restarted when they are empty, and given back before the next', async () => {
    const host = new Host('one', 'two');
    host.requests.set('one', 3);
    host.clock.after(5_000, () => host.requests.set('one', 0));

    expect(await host.restart(['one', 'two'])).toBe('done');

    const turn = (id: string): string[] => [
      `drain ${id}`,
      `restart ${id} with 0 requests`,
      `${id} is up`,
      `undrain ${id}`,
    ];
    expect(host.acts).toEqual([...turn('one'), ...turn('two')]);
  });

  it('are not restarted with requests, and given back', async () => {
    const host = new Host('one', 'two');
    host.requests.set('one', 2);

    expect(await host.restart(['one', 'two'])).toMatchObject({
      message:
        'one still has 2 requests after 10 s and was not restarted: --drain-ms gives it longer',
    });
    expect(host.acts).toEqual(['drain one', 'undrain one']);
  });

  it('stop at the first that does not come back, and it may be tried again', async () => {
    const host = new Host('one', 'two');
    const failure = { kind: 'bad-flag', sentence: 'no such flag', tail: [] } as const;
    host.comesBack = { phase: 'failed', failure };

    expect(await host.restart(['one', 'two'])).toMatchObject({
      message: 'one did not come back: no such flag',
    });
    expect(host.acts.at(-1)).toBe('undrain one');
  });

  it('go no further once that is interrupted', async () => {
    const host = new Host('one', 'two');
    host.clock.after(1_000, () => host.stopping.abort());
    expect(await host.restart(['one', 'two'])).toBe('done');
    expect(host.acts).not.toContain('drain two');
  });

  it('are those that the launcher has', async () => {
    const host = new Host('one');
    expect(await host.restart(['other'])).toMatchObject({
      message: 'the launcher has no replica other; it has one',
    });
    expect(host.acts).toEqual(['drain other', 'undrain other']);
  });
});

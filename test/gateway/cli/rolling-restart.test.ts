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
  readonly told: string[] = [];
  readonly stopping: AbortController = new AbortController();
  readonly requests: Map<string, number>;
  readonly replicas: Map<string, LaunchedReplica>;
  readonly drained: Set<string> = new Set();
  /** Until a replica that is restarted has ended. */
  endsMs = 0;
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
    tell: (line) => this.told.push(line),
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
    this.replicas.set(id, { ...before, phase: 'stopping' });
    this.clock.after(this.endsMs, () => {
      this.replicas.set(id, { ...before, phase: 'starting', restarts });
    });
    this.clock.after(this.endsMs + 2_000, () => {
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

  it('are given back as they are, where that is interrupted while one finishes what it has', async () => {
    const host = new Host('one', 'two');
    host.requests.set('one', 3);
    host.clock.after(1_000, () => host.stopping.abort());

    expect(await host.restart(['one', 'two'], 1_500)).toBe('done');
    expect(host.acts).toEqual(['drain one', 'undrain one']);
    expect(host.told.slice(1)).toEqual([
      'one was not restarted, and gets requests again',
      'two and what follows it were left as they are.',
    ]);
  });

  it('are given back while they start, where that is interrupted, and the next is not begun', async () => {
    const host = new Host('one', 'two');
    host.clock.after(1_000, () => host.stopping.abort());

    expect(await host.restart(['one', 'two'], 1_500)).toBe('done');
    expect(host.acts).toEqual(['drain one', 'restart one with 0 requests', 'undrain one']);
    expect(host.told.slice(1)).toEqual([
      'one is starting, and gets requests when it is ready',
      'two and what follows it were left as they are.',
    ]);
  });

  it('are not given back while the old one ends, where that is interrupted', async () => {
    const host = new Host('one');
    host.endsMs = 4_000;
    host.clock.after(1_000, () => host.stopping.abort());

    void host.restart(['one'], 0);
    await host.clock.pass(3_900);
    expect(host.acts).not.toContain('undrain one');
    await host.clock.pass(500);
    expect(host.acts.at(-1)).toBe('undrain one');
  });

  it('are those that the launcher has, or none is drained', async () => {
    const host = new Host('one');
    expect(await host.restart(['one', 'other'])).toMatchObject({
      message: 'the launcher has no replica other; it has one',
    });
    expect(host.acts).toEqual([]);
  });
});

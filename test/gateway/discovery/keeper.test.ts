import { describe, expect, it } from 'vitest';

import { Keeper } from '../../../gateway/discovery/keeper.ts';
import type { ReplicaTarget, SourceListener } from '../../../gateway/discovery/sources/source.ts';
import type { FetchText } from '../../../gateway/wire/text-client.ts';
import { Fleet } from '../../../routing/fleet.ts';
import { ManualClock } from '../../support/clock.ts';
import { pass } from '../../support/passing-time.ts';
import { watchLimits } from '../../support/watch.ts';

/** A house full of SGLang 0.2.14, of which single replicas may be down. */
class Kept {
  readonly clock = new ManualClock();
  readonly fleet = new Fleet();
  readonly down = new Set<string>();
  readonly asked: { readonly url: string; readonly authorization: string | undefined }[] = [];
  readonly events: string[] = [];
  readonly ejections: string[] = [];
  source: SourceListener | undefined;
  unwatched = 0;
  changes = 0;
  readonly keeper: Keeper;

  constructor() {
    this.keeper = new Keeper({
      fleet: this.fleet,
      source: {
        watch: (listener) => {
          this.source = listener;
          return () => (this.unwatched += 1);
        },
      },
      clock: this.clock,
      random: () => 0,
      fetchTextOf: ({ id }) => this.#fetchTextOf(id),
      limits: watchLimits,
      log: { info: () => undefined, warn: () => undefined },
      onChange: () => (this.changes += 1),
      onEvent: (id, event) => this.events.push(`${id} ${event}`),
      onEjection: (id, reason) => this.ejections.push(`${id} ${reason}`),
    });
    this.keeper.start();
  }

  join(id: string, facts: Partial<ReplicaTarget> = {}): void {
    this.source?.joined({ id, url: `http://${id}.test:30000`, labels: {}, ...facts });
  }

  /** So many that are ready. */
  async joined(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, (_, index) => `r${index}`);
    for (const id of ids) this.join(id);
    await pass(this.clock, 100);
    return ids;
  }

  /** Fails as often as suspends a replica. */
  async fail(id: string): Promise<void> {
    for (let times = 0; times < watchLimits.failuresMax; times += 1) {
      await pass(this.clock, 1, 1);
      this.keeper.attempted(id, 'failure', this.clock.nowMs());
    }
  }

  count(state: string): number {
    return Object.values(this.states()).filter((one) => one === state).length;
  }

  states(): Record<string, string | undefined> {
    const ids = this.fleet.replicas().map(({ id }) => id);
    return Object.fromEntries(ids.map((id) => [id, this.fleet.state(id)]));
  }

  #fetchTextOf(id: string): FetchText {
    return async (url, { headers }) => {
      this.asked.push({ url, authorization: headers['authorization'] });
      if (this.down.has(id)) throw new Error('connect ECONNREFUSED');
      const bodies: Record<string, object> = {
        '/v1/models': { data: [{ id: 'llama', owned_by: 'sglang' }] },
        '/get_model_info': { model_path: 'llama' },
        '/health': {},
      };
      const found = bodies[new URL(url).pathname];
      const status = found === undefined ? 404 : 200;
      return { status, headers: {}, body: JSON.stringify(found ?? {}) };
    };
  }
}

describe('the keeper of a fleet', () => {
  it('brings in who comes, each when it answers', async () => {
    const kept = new Kept();
    kept.down.add('two');
    kept.join('one');
    kept.join('two');
    expect(kept.states()).toEqual({ one: 'starting', two: 'starting' });

    await pass(kept.clock, 100);
    expect(kept.states()).toEqual({ one: 'ready', two: 'starting' });

    kept.down.delete('two');
    await pass(kept.clock, 400);
    expect(kept.states()).toEqual({ one: 'ready', two: 'ready' });
    expect(kept.events).toEqual(['one ready', 'two ready']);
  });

  it('lets go of who leaves, and asks it nothing more', async () => {
    const kept = new Kept();
    kept.join('one');
    await pass(kept.clock, 100);
    const { changes } = kept;

    kept.source?.left('one');
    const asked = kept.asked.length;
    await pass(kept.clock, 10_000, 100);

    expect(kept.states()).toEqual({});
    expect(kept.changes).toBe(changes + 1);
    expect(kept.asked).toHaveLength(asked);
  });

  it('takes back who left, under the same name', async () => {
    const kept = new Kept();
    kept.join('one');
    kept.source?.left('one');
    kept.join('one');
    await pass(kept.clock, 100);
    expect(kept.states()).toEqual({ one: 'ready' });
  });

  it('shows each replica its own key alone', async () => {
    const kept = new Kept();
    kept.join('one', { apiKey: 'sesame' });
    kept.join('two');
    await pass(kept.clock, 100);

    for (const { url, authorization } of kept.asked) {
      expect(authorization).toBe(url.startsWith('http://one.') ? 'Bearer sesame' : undefined);
    }
    expect(kept.asked.map(({ url }) => url)).toContain('http://two.test:30000/health');
  });

  it('hears of failures of the data path by name', async () => {
    const kept = new Kept();
    kept.join('one');
    kept.join('two');
    await pass(kept.clock, 100);

    for (const id of ['one', 'two', 'one', 'one', 'nobody'])
      kept.keeper.attempted(id, 'unreachable', 0);
    expect(kept.states()).toEqual({ one: 'ejected', two: 'ready' });

    kept.keeper.attempted('two', 'unreachable', 0);
    kept.keeper.attempted('two', 'success', 0);
    kept.keeper.attempted('nobody', 'success', 0);
    kept.keeper.attempted('two', 'unreachable', 0);
    expect(kept.states()).toEqual({ one: 'ejected', two: 'ready' });
  });

  it('stops without a timer left, and follows its source no more', async () => {
    const kept = new Kept();
    kept.down.add('two');
    kept.join('one');
    kept.join('two');
    await pass(kept.clock, 100);

    kept.keeper.stop();
    const asked = kept.asked.length;
    await pass(kept.clock, 10_000, 100);

    expect(kept.asked).toHaveLength(asked);
    expect(kept.clock.timers).toBe(0);
    expect(kept.unwatched).toBe(1);
    kept.keeper.stop();
  });
});

describe('errors of answers', () => {
  it('leave out up to three replicas of ten, however many fail', async () => {
    const kept = new Kept();
    for (const id of await kept.joined(10)) await kept.fail(id);
    expect(kept.count('suspended')).toBe(3);
    expect(kept.count('ready')).toBe(7);
    expect(kept.ejections).toEqual(['r0 errors', 'r1 errors', 'r2 errors']);
  });

  it('leave nobody out of a fleet of one', async () => {
    const kept = new Kept();
    await kept.joined(1);
    await kept.fail('r0');
    expect(kept.states()).toEqual({ r0: 'ready' });
  });

  it('are overlooked as soon as less than half of the fleet serves', async () => {
    const kept = new Kept();
    const [bad = '', ...others] = await kept.joined(4);
    await kept.fail(bad);
    expect(kept.states()[bad]).toBe('suspended');

    for (const id of others.slice(0, 2)) kept.down.add(id);
    await pass(kept.clock, 1_500);
    expect(kept.count('ejected')).toBe(2);
    expect(kept.states()[bad]).toBe('ready');
    await kept.fail(bad);
    expect(kept.states()[bad]).toBe('ready');
  });
});

describe('a replica whose GPU is sick', () => {
  const sick = 'GPU 3: it is lost';

  it('gets nothing until that is well, and the fleet knows why', async () => {
    const kept = new Kept();
    kept.join('one', { gpus: ['3'] });
    kept.join('two');
    await pass(kept.clock, 100);
    expect(kept.keeper.gpuUsers()).toEqual([
      { id: 'one', gpus: ['3'] },
      { id: 'two', gpus: [] },
    ]);

    kept.keeper.judgeGpus('one', sick);
    kept.keeper.judgeGpus('nobody', sick);
    expect(kept.states()).toEqual({ one: 'draining', two: 'ready' });
    const [one] = kept.fleet.candidates(kept.clock.nowMs());
    expect(one?.stateReason).toBe(sick);

    kept.keeper.judgeGpus('one', undefined);
    expect(kept.states()).toEqual({ one: 'ready', two: 'ready' });
    expect(one?.stateReason).toBeUndefined();
    expect(kept.events.slice(2)).toEqual(['one sickened', 'one recovered']);
    expect(kept.ejections).toEqual(['one gpu']);
  });

  it.each([
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 2],
    [8, 4],
  ])('of a fleet of %i is left out as long as half of it serves: %i', async (count, outMax) => {
    const kept = new Kept();
    const ids = await kept.joined(count);
    for (const _ of [1, 2]) for (const id of ids) kept.keeper.judgeGpus(id, sick);

    expect(kept.count('draining')).toBe(outMax);
    expect(kept.count('ready')).toBe(count - outMax);
  });

  it('is taken back at once where the others fail, and leaves again when they are back', async () => {
    const kept = new Kept();
    const [one = '', two = ''] = await kept.joined(2);
    kept.keeper.judgeGpus(one, sick);
    kept.down.add(two);
    await pass(kept.clock, 3_000, 100);
    expect(kept.states()).toEqual({ [one]: 'ready', [two]: 'ejected' });
    kept.keeper.judgeGpus(one, sick);
    expect(kept.states()[one]).toBe('ready');

    kept.down.delete(two);
    await pass(kept.clock, 6_000, 100);
    kept.keeper.judgeGpus(one, sick);
    expect(kept.states()).toEqual({ [one]: 'draining', [two]: 'ready' });
  });

  it('stays out while somebody drains it too, until both are over', async () => {
    const kept = new Kept();
    const [one = ''] = await kept.joined(2);
    const reason = (): string | undefined =>
      kept.fleet.candidates(kept.clock.nowMs())[0]?.stateReason;
    kept.keeper.drain(one);
    expect(reason()).toBe('drained by hand');
    kept.keeper.judgeGpus(one, sick);
    expect(reason()).toBe(sick);

    kept.keeper.undrain(one);
    expect(kept.states()[one]).toBe('draining');
    kept.keeper.judgeGpus(one, undefined);
    expect(kept.states()[one]).toBe('ready');
  });

  it('that is out for another reason is shown by that one', async () => {
    const kept = new Kept();
    const [one = ''] = await kept.joined(2);
    kept.keeper.judgeGpus(one, sick);
    kept.down.add(one);
    await pass(kept.clock, 4_000, 100);

    expect(kept.states()[one]).toBe('ejected');
    kept.down.delete(one);
    await pass(kept.clock, 6_000, 100);
    expect(kept.states()[one]).toBe('draining');
  });
});

describe('a replica that is drained', () => {
  it('gets nothing until it is undrained, also when it is another process', async () => {
    const kept = new Kept();
    const [id = ''] = await kept.joined(2);
    expect(kept.keeper.drain(id)).toBe(true);
    expect(kept.keeper.drain('nobody')).toBe(false);
    expect(kept.states()[id]).toBe('draining');

    kept.down.add(id);
    await pass(kept.clock, 1_500);
    expect(kept.states()[id]).toBe('ejected');
    kept.down.delete(id);
    await pass(kept.clock, 6_000, 50);
    expect(kept.states()[id]).toBe('draining');

    expect(kept.keeper.undrain(id)).toBe(true);
    expect(kept.keeper.undrain('nobody')).toBe(false);
    expect(kept.states()[id]).toBe('ready');
  });

  it('is no reason to try those that are left out', async () => {
    const kept = new Kept();
    const [bad = '', ...others] = await kept.joined(4);
    await kept.fail(bad);
    for (const id of others.slice(0, 2)) kept.keeper.drain(id);
    expect(kept.states()[bad]).toBe('suspended');
  });
});

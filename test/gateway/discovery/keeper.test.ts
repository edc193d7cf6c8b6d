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
    });
    this.keeper.start();
  }

  join(id: string, facts: Partial<ReplicaTarget> = {}): void {
    this.source?.joined({ id, url: `http://${id}.test:30000`, labels: {}, ...facts });
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

    for (const id of ['one', 'two', 'one', 'one', 'nobody']) kept.keeper.reportFailure(id);
    expect(kept.states()).toEqual({ one: 'ejected', two: 'ready' });

    kept.keeper.reportFailure('two');
    kept.keeper.reportSuccess('two');
    kept.keeper.reportSuccess('nobody');
    kept.keeper.reportFailure('two');
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

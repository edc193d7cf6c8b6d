import { describe, expect, it } from 'vitest';

import type { Outcome } from '../../../gateway/discovery/conduct.ts';
import { ReplicaWatch } from '../../../gateway/discovery/replica-watch.ts';
import type { ReplicaTarget } from '../../../gateway/discovery/sources/source.ts';
import type { WatchLimits } from '../../../gateway/discovery/watch-terms.ts';
import { Fleet } from '../../../routing/fleet.ts';
import type { EnginePage } from '../../../gateway/engines/catalog.ts';
import { FakePages, page, refused } from '../../support/fake-pages.ts';
import { pass } from '../../support/passing-time.ts';
import { watchTerms } from '../../support/watch.ts';

function modelList(...ids: string[]): EnginePage {
  return page({ data: ids.map((id) => ({ id, owned_by: 'vllm', max_model_len: 8192 })) });
}

function metrics(running: number, startedAt = 100): EnginePage {
  return page(
    [
      `process_start_time_seconds ${startedAt}`,
      `vllm:num_requests_running{engine="0"} ${running}`,
      'vllm:num_requests_waiting{engine="0"} 0',
      'vllm:kv_cache_usage_perc{engine="0"} 0.5',
      'vllm:cache_config_info{block_size="16",num_gpu_blocks="100"} 1',
    ].join('\n'),
  );
}

const target: ReplicaTarget = { id: 'one', url: 'http://one.test', labels: {} };

/** A vLLM that is up, watched from before its first answer. */
class Watched {
  readonly engine = new FakePages({
    '/v1/models': modelList('llama'),
    '/version': page({ version: '0.32.0' }),
    '/metrics': metrics(2),
    '/health': page(''),
  });
  readonly fleet = new Fleet();
  readonly terms;
  readonly watch: ReplicaWatch;
  readonly events: string[] = [];
  readonly logged: string[] = [];
  readonly ejections: string[] = [];
  readonly stalls: string[] = [];
  mayBeSuspended = true;
  changes = 0;

  constructor(facts: Partial<ReplicaTarget> = {}, limits: Partial<WatchLimits> = {}) {
    this.terms = watchTerms(this.engine.read, limits);
    const say = (fields: object, message: string) => {
      this.logged.push('reason' in fields ? `${message}: ${String(fields.reason)}` : message);
    };
    this.watch = new ReplicaWatch(
      { ...target, ...facts },
      {
        ...this.terms,
        fleet: this.fleet,
        random: () => 0,
        log: { info: say, warn: say },
        changed: () => (this.changes += 1),
        happened: (event) => this.events.push(event),
        ejected: (reason) => this.ejections.push(reason),
        stalled: (reason) => this.stalls.push(reason),
        mayBeSuspended: () => this.mayBeSuspended,
      },
    );
    this.watch.start();
  }

  get state() {
    return this.fleet.state('one');
  }

  get candidate() {
    return this.fleet.candidates(this.terms.clock.nowMs())[0];
  }

  pass(milliseconds: number): Promise<void> {
    return pass(this.terms.clock, milliseconds);
  }

  /** An attempt that has just begun ends like this. */
  attempt(outcome: Outcome): void {
    this.watch.attempted(outcome, this.terms.clock.nowMs());
  }

  /** The process is gone: every connection is refused. */
  die(): void {
    this.engine.replaceAll(refused);
  }

  comeBack(): void {
    this.engine.pages.set('/v1/models', modelList('llama'));
    this.engine.pages.set('/version', page({ version: '0.33.0' }));
    this.engine.pages.set('/metrics', metrics(0, 200));
    this.engine.pages.set('/health', page(''));
  }
}

describe('a watched replica', () => {
  it('is in the fleet before it answers, as starting and with what is configured', () => {
    const { state, fleet } = new Watched({ models: ['mine'], kvCapacityTokens: 5 });
    expect(state).toBe('starting');
    expect(fleet.replicas()).toMatchObject([{ models: ['mine'], kvCapacityTokens: 5 }]);
  });

  it('is ready once it is known, with what its engine tells', async () => {
    const watched = new Watched();
    await watched.pass(10);

    expect(watched.state).toBe('ready');
    expect(watched.events).toEqual(['ready']);
    expect(watched.candidate?.replica).toMatchObject({
      engine: 'vllm',
      engineVersion: '0.32.0',
      models: ['llama'],
      contextTokensMax: 8192,
      kvCapacityTokens: 1600,
      kvBlockTokens: 16,
    });
  });

  it('that is down at the start is ready when it comes', async () => {
    const watched = new Watched();
    watched.die();
    await watched.pass(3_000);
    expect(watched.state).toBe('starting');

    watched.comeBack();
    await watched.pass(3_200);
    expect(watched.state).toBe('ready');
  });

  it('says once for each reason why it is not ready', async () => {
    const watched = new Watched();
    watched.die();
    await watched.pass(3_000);
    watched.engine.pages.set('/v1/models', { status: 401, body: '' });
    await watched.pass(10_000);

    expect(watched.logged).toEqual([
      `replica is not ready: ${refused.message}`,
      'replica is not ready: it refuses our API key (401)',
    ]);
  });

  it('tells its load as often as it is polled', async () => {
    const watched = new Watched();
    await watched.pass(110);
    expect(watched.candidate?.load).toMatchObject({ runningRequests: 2, kvCacheUsage: 0.5 });
    expect(watched.candidate?.loadAgeMs).toBe(10);

    watched.engine.pages.set('/metrics', metrics(7));
    await watched.pass(100);
    expect(watched.candidate?.load?.runningRequests).toBe(7);
  });

  it('lets who waits know of each load and each state', async () => {
    const watched = new Watched();
    const before = watched.changes;
    await watched.pass(350);
    expect(watched.changes - before).toBe(1 + 4);
  });

  it('is out when its health says no, and back when it says yes', async () => {
    const watched = new Watched();
    await watched.pass(10);
    watched.engine.pages.set('/health', { status: 503, body: '' });
    await watched.pass(1_000);
    expect(watched.state).toBe('ejected');

    watched.engine.pages.set('/health', page(''));
    await watched.pass(400);
    expect(watched.state).toBe('ready');
    expect(watched.events).toEqual(['ready', 'ejected', 'ready']);
  });

  it('that dies is out after three polls of its load', async () => {
    const watched = new Watched();
    await watched.pass(50);
    watched.die();
    await watched.pass(240);
    expect(watched.state).toBe('ready');
    await watched.pass(20);
    expect(watched.state).toBe('ejected');
  });

  it('is watched no longer by who saw it before it was out', async () => {
    const watched = new Watched();
    await watched.pass(50);
    const timersReady = watched.terms.clock.timers;
    watched.engine.pages.set('/health', { status: 503, body: '' });
    await watched.pass(1_000);
    expect(watched.state).toBe('ejected');
    const asked = watched.engine.timesAsked('/metrics');
    await watched.pass(2_000);
    // The search looks at it a few times, a poll that went on would have done so twenty times.
    expect(watched.engine.timesAsked('/metrics')).toBeLessThan(asked + 10);

    watched.engine.pages.set('/health', page(''));
    await watched.pass(4_000);
    expect(watched.state).toBe('ready');
    expect(watched.terms.clock.timers).toBe(timersReady);
  });

  it('that breaks its requests stays out longer each time, though its checks go well', async () => {
    const watched = new Watched();
    const outFor = async (): Promise<number> => {
      for (let times = 0; times < 3; times += 1) watched.attempt('unreachable');
      expect(watched.state).toBe('ejected');
      let waitedMs = 0;
      for (; watched.state !== 'ready'; waitedMs += 50) await watched.pass(50);
      return waitedMs;
    };
    await watched.pass(50);
    const [first, second, third] = [await outFor(), await outFor(), await outFor()];
    expect(second).toBeGreaterThan(1.5 * first);
    expect(third).toBeGreaterThan(1.5 * second);

    watched.attempt('success');
    expect(await outFor()).toBeLessThanOrEqual(first);
  });

  it('that tells neither capacity nor load is said to in one line, with what helps', async () => {
    const watched = new Watched();
    watched.engine.pages.set('/metrics', { status: 404, body: '' });
    await watched.pass(10);

    const lines = watched.logged.filter((line) => line.startsWith('replica tells '));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/no KV capacity: .*--kv-capacity-tokens.*; no load: /);
  });

  it('is said to tell no more than it does not', async () => {
    const named = new Watched({ kvCapacityTokens: 5 });
    named.engine.pages.set('/metrics', { status: 404, body: '' });
    const whole = new Watched();
    await named.pass(10);
    await whole.pass(10);

    expect(named.logged.join('\n')).toContain('replica tells no load');
    expect(whole.logged.join('\n')).not.toContain('replica tells');
  });

  describe('that tells no load', () => {
    async function ready(): Promise<Watched> {
      const watched = new Watched({}, { healthIntervalMs: 5_000 });
      watched.engine.pages.set('/metrics', { status: 404, body: '' });
      await watched.pass(50);
      expect(watched.state).toBe('ready');
      return watched;
    }

    it('and dies is out within a second', async () => {
      const watched = await ready();
      watched.die();
      await watched.pass(500);
      expect(watched.state).toBe('ready');
      await watched.pass(500);
      expect(watched.state).toBe('ejected');
    });

    it('and is merely slow stays', async () => {
      const watched = await ready();
      watched.engine.pages.set('/v1/models', 'silence');
      await watched.pass(20_000);
      expect(watched.state).toBe('ready');
    });

    it('has no load made up for it', async () => {
      const watched = await ready();
      await watched.pass(2_000);
      expect(watched.candidate?.load).toBeUndefined();
    });
  });

  it('comes back with what it is then', async () => {
    const watched = new Watched();
    await watched.pass(50);
    watched.die();
    await watched.pass(1_000);

    watched.comeBack();
    await watched.pass(1_000);

    expect(watched.state).toBe('ready');
    expect(watched.candidate?.replica.engineVersion).toBe('0.33.0');
  });

  it('whose process is another than before is asked anew what it is', async () => {
    const watched = new Watched();
    await watched.pass(50);
    watched.comeBack();
    await watched.pass(200);

    expect(watched.events).toEqual(['ready', 'restarted', 'ready']);
    expect(watched.candidate?.replica.engineVersion).toBe('0.33.0');
  });

  it('gets no request while it is asked anew', async () => {
    const watched = new Watched();
    await watched.pass(50);
    watched.comeBack();
    watched.engine.pages.set('/v1/models', 'silence');
    await watched.pass(100);
    expect(watched.state).toBe('starting');
  });

  it('serves an adapter from the next health check on', async () => {
    const watched = new Watched();
    await watched.pass(10);
    watched.engine.pages.set('/v1/models', modelList('llama', 'sql-lora'));
    await watched.pass(1_000);
    expect(watched.candidate?.replica.models).toEqual(['llama', 'sql-lora']);
  });

  it('keeps to the models of the configuration', async () => {
    const watched = new Watched({ models: ['mine'] });
    await watched.pass(1_010);
    expect(watched.candidate?.replica.models).toEqual(['mine']);
  });
});

describe('what the data path reports', () => {
  it('takes a replica out after failures in a row as often as may be', async () => {
    const watched = new Watched();
    await watched.pass(10);
    watched.attempt('unreachable');
    watched.attempt('unreachable');
    expect(watched.state).toBe('ready');
    watched.attempt('unreachable');
    expect(watched.state).toBe('ejected');
    expect(watched.logged.at(-1)).toBe('replica is out: requests cannot connect');
  });

  it('is forgotten with an answer in between', async () => {
    const watched = new Watched();
    await watched.pass(10);
    for (let round = 0; round < 5; round += 1) {
      watched.attempt('unreachable');
      watched.attempt('unreachable');
      watched.attempt('success');
    }
    expect(watched.state).toBe('ready');
  });

  it('is not forgotten with a load poll in between, which takes another connection', async () => {
    const watched = new Watched();
    await watched.pass(10);
    watched.attempt('unreachable');
    watched.attempt('unreachable');
    await watched.pass(200);
    watched.attempt('unreachable');
    expect(watched.state).toBe('ejected');
  });

  it('changes nothing for a replica that is out already, nor for its first day back', async () => {
    const watched = new Watched();
    await watched.pass(10);
    for (let report = 0; report < 7; report += 1) watched.attempt('unreachable');
    expect(watched.events).toEqual(['ready', 'ejected']);

    await watched.pass(400);
    expect(watched.state).toBe('ready');
    watched.attempt('unreachable');
    expect(watched.state).toBe('ready');
  });
});

describe('a replica that fails its requests', () => {
  async function suspended(): Promise<Watched> {
    const watched = new Watched();
    await watched.pass(10);
    for (let times = 0; times < 3; times += 1) {
      await watched.pass(10);
      watched.attempt('failure');
    }
    return watched;
  }

  const size = { promptTokens: 10, expectedOutputTokens: 10 };
  const reserve = (watched: Watched) =>
    watched.fleet.reserve('one', { ...size, nowMs: watched.terms.clock.nowMs() });

  it('is left out while its checks go well, and given one request after a second', async () => {
    const watched = await suspended();
    expect(watched.state).toBe('suspended');
    expect(watched.ejections).toEqual(['errors']);

    await watched.pass(1_000);
    expect(watched.state).toBe('half-open');
    reserve(watched);
    expect(watched.state).toBe('probing');
    watched.attempt('success');
    expect(watched.state).toBe('ready');
  });

  it('is back with the first token of the one request, long before its end', async () => {
    const watched = await suspended();
    await watched.pass(1_000);
    const probe = reserve(watched);
    await watched.pass(1_000);
    expect(watched.state).toBe('probing');
    probe.outputTokens += 1;
    await watched.pass(250);
    expect(watched.state).toBe('ready');
  });

  it('is given another one when the one ends without a word', async () => {
    const watched = await suspended();
    await watched.pass(1_000);
    reserve(watched).release();
    await watched.pass(250);
    expect(watched.state).toBe('half-open');
  });

  it('is gone like any other when it dies meanwhile', async () => {
    const watched = await suspended();
    watched.die();
    await watched.pass(500);
    expect(watched.state).toBe('ejected');
    expect(watched.ejections).toEqual(['errors', 'gone']);
    watched.comeBack();
    await watched.pass(1_000);
    expect(watched.state).toBe('ready');
  });

  it('stays where it may not be left out', async () => {
    const watched = new Watched();
    watched.mayBeSuspended = false;
    await watched.pass(10);
    for (let times = 0; times < 9; times += 1) {
      await watched.pass(10);
      watched.attempt('failure');
    }
    expect(watched.state).toBe('ready');
  });

  it('by one death that broke a thousand streams is not left out', async () => {
    const watched = new Watched();
    await watched.pass(100);
    for (let streams = 0; streams < 1_000; streams += 1) watched.watch.attempted('failure', 50);
    expect(watched.state).toBe('ready');
  });
});

describe('a replica that stands still', () => {
  /** With a stream that has shown how fast it is, and then shows nothing more. */
  async function still(): Promise<Watched> {
    const watched = new Watched();
    watched.engine.pages.set('/v1/completions', 'silence');
    await watched.pass(10);
    const stream = watched.fleet.reserve('one', {
      promptTokens: 10,
      expectedOutputTokens: 100,
      nowMs: 0,
    });
    stream.firstToken();
    for (let times = 0; times < 5; times += 1) {
      stream.outputTokens += 1;
      await watched.pass(250);
    }
    await watched.pass(2_250);
    stream.release();
    return watched;
  }

  it('is out, and its requests are given up', async () => {
    const watched = await still();
    expect(watched.state).toBe('ejected');
    expect(watched.ejections).toEqual(['stall']);
    expect(watched.stalls[0]).toMatch(/^stands still: for 2\.\d s no answer has come further$/);
  });

  it('is not back by its checks, but by a token', async () => {
    const watched = await still();
    await watched.pass(5_000);
    expect(watched.state).toBe('ejected');
    watched.engine.pages.set('/v1/completions', page({ choices: [] }));
    await watched.pass(6_000);
    expect(watched.state).toBe('ready');
    expect(watched.candidate?.requestsMax).toBe(8);
  });
});

describe('an engine that announces its drain', () => {
  function sglang(): Watched {
    const watched = new Watched();
    watched.engine.pages.clear();
    watched.engine.pages.set('/v1/models', page({ data: [{ id: 'llama', owned_by: 'sglang' }] }));
    watched.engine.pages.set('/get_model_info', page({ model_path: 'llama' }));
    watched.engine.pages.set('/health', page(''));
    return watched;
  }

  it('gets nothing more and keeps what it has, until it is gone or takes requests again', async () => {
    const watched = sglang();
    await watched.pass(10);
    watched.engine.pages.set('/health', { status: 503, body: '' });
    await watched.pass(1_500);
    expect(watched.state).toBe('draining');
    expect(watched.ejections).toEqual([]);

    watched.die();
    await watched.pass(3_000);
    expect(watched.state).toBe('ejected');
    expect(watched.ejections).toEqual(['gone']);
  });

  it('is ready again when it says so', async () => {
    const watched = sglang();
    await watched.pass(10);
    watched.engine.pages.set('/health', { status: 503, body: '' });
    await watched.pass(1_500);
    watched.engine.pages.set('/health', page(''));
    await watched.pass(3_000);
    expect(watched.state).toBe('ready');
  });
});

describe('a watch that is stopped', () => {
  it('leaves the fleet as it is, no timer, and no request under way', async () => {
    const watched = new Watched();
    await watched.pass(50);
    watched.engine.pages.set('/metrics', 'silence');
    await watched.pass(60);

    watched.watch.stop();
    watched.attempt('unreachable');
    watched.die();
    const { changes } = watched;
    await watched.pass(20_000);

    expect(watched.state).toBe('ready');
    expect(watched.changes).toBe(changes);
    expect(watched.terms.clock.timers).toBe(0);
    expect(watched.engine.open).toBe(0);
  });

  it('ends while it seeks', async () => {
    const watched = new Watched();
    watched.die();
    await watched.pass(100);
    watched.watch.stop();
    watched.comeBack();
    await watched.pass(10_000);
    expect(watched.state).toBe('starting');
    expect(watched.terms.clock.timers).toBe(0);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import type { EngineProcess } from '../../../deploy/launch/engine-process.ts';
import type { EngineEnd, Failure } from '../../../deploy/launch/failure.ts';
import type { LaunchedReplica } from '../../../deploy/launch/launcher-state.ts';
import { OutputLog } from '../../../deploy/launch/output-log.ts';
import type { StartOutcome } from '../../../deploy/launch/supervisor.ts';
import { ReplicaSupervisor } from '../../../deploy/launch/supervisor.ts';
import type { PlannedReplica } from '../../../deploy/planned-replica.ts';
import { LaunchTestClock } from '../../support/launched/clock.ts';
import { aPlan, TemporaryFolder } from '../../support/launched/plans.ts';

/** An engine of nothing but promises. */
class FakeEngine {
  readonly acts: string[] = [];
  readonly process: EngineProcess;
  #end: (end: EngineEnd) => void = () => undefined;

  constructor(pid: number, endsWhenAsked: boolean) {
    this.process = {
      pid,
      membership: { mark: 'mark', roots: [pid], known: [] },
      ended: new Promise((resolve) => {
        this.#end = resolve;
      }),
      terminate: () => {
        this.acts.push('terminate');
        if (endsWhenAsked) this.end({ code: 0, signal: null });
      },
      members: () => [],
      destroy: async () => {
        this.acts.push('destroy');
        this.end({ code: null, signal: 'SIGKILL' });
        return Promise.resolve([]);
      },
    };
  }

  end(end: EngineEnd = { code: 1, signal: null }): void {
    this.#end(end);
  }
}

const limits = { readyMsMax: 10_000, stopMsMax: 3_000 };

/** A supervisor, and the engines that it started. */
class Stage implements Disposable {
  readonly clock: LaunchTestClock = new LaunchTestClock();
  readonly engines: FakeEngine[] = [];
  readonly started: PlannedReplica[] = [];
  readonly supervisor: ReplicaSupervisor;
  readonly phases: string[] = [];
  /** Why the next starts are refused. */
  refusal: Failure | undefined;
  isGood = true;
  /** Why the processes of the machine cannot be read. */
  blindness: Error | undefined;
  endsWhenAsked = true;
  readonly #folder: TemporaryFolder = new TemporaryFolder();
  readonly log: OutputLog = new OutputLog(this.#folder.dir.logFileOf('engine-0'));

  constructor(plan: PlannedReplica = aPlan()) {
    this.supervisor = new ReplicaSupervisor(plan, {
      clock: this.clock,
      limits,
      log: this.log,
      start: async (one) => this.#start(one),
      isReady: async () => Promise.resolve(this.isGood),
      processes: () => {
        if (this.blindness !== undefined) throw this.blindness;
        return [];
      },
      changed: () => {
        const { phase } = this.supervisor.status();
        if (this.phases.at(-1) !== phase) this.phases.push(phase);
      },
    });
  }

  get status(): LaunchedReplica {
    return this.supervisor.status();
  }

  /** The engine that was started last. */
  get engine(): FakeEngine {
    const engine = this.engines.at(-1);
    if (engine === undefined) throw new Error('none was started');
    return engine;
  }

  async ready(): Promise<void> {
    this.supervisor.start();
    await this.clock.pass(600);
    expect(this.status.phase).toBe('ready');
  }

  async #start(plan: PlannedReplica): Promise<StartOutcome> {
    this.started.push(plan);
    if (this.refusal !== undefined) {
      return Promise.resolve({ kind: 'refused', failure: this.refusal });
    }
    const engine = new FakeEngine(100 + this.engines.length, this.endsWhenAsked);
    this.engines.push(engine);
    const pinning = { method: 'taskset', prefix: [], note: 'by hand' } as const;
    return Promise.resolve({ kind: 'started', engine: engine.process, pinning });
  }

  [Symbol.dispose](): void {
    this.log.close();
    this.#folder[Symbol.dispose]();
  }
}

const badFlag: Failure = { kind: 'bad-flag', sentence: 'no such flag', tail: [] };
const portTaken: Failure = { kind: 'port-taken', sentence: 'taken', tail: [] };

describe('a supervised replica', () => {
  it('starts, tells its progress, and is ready when it answers', async () => {
    using stage = new Stage();
    stage.isGood = false;
    stage.supervisor.start();
    await stage.clock.pass(600);
    stage.log.write(Buffer.from('Loading: 45%\n'));
    expect(stage.status).toMatchObject({
      phase: 'starting',
      pid: 100,
      progress: 'Loading: 45%',
      pinning: 'taskset',
      wasReady: false,
    });

    stage.isGood = true;
    await stage.clock.pass(500);
    expect(stage.status).toMatchObject({ phase: 'ready', wasReady: true, restarts: 0 });
    expect(stage.status.progress).toBeUndefined();
    expect(stage.status.sinceMs).toBeGreaterThan(1_700_000_000_000);
  });

  it('is started again after it ended, later each time', async () => {
    using stage = new Stage();
    await stage.ready();
    for (const seconds of [1, 2, 4]) {
      stage.engine.end();
      await stage.clock.settle();
      expect(stage.status).toMatchObject({ phase: 'waiting', failure: { kind: 'ended' } });
      expect(stage.engine.acts).toContain('destroy');
      await stage.clock.pass(seconds * 1_000 - 1);
      expect(stage.status.phase).toBe('waiting');
      await stage.clock.pass(601);
      expect(stage.status.phase).toBe('ready');
    }
    expect(stage.status).toMatchObject({ restarts: 3 });
    expect(stage.status.failure).toBeUndefined();
  });

  it('has its failures forgotten when it has been well for a minute', async () => {
    using stage = new Stage();
    await stage.ready();
    stage.engine.end();
    await stage.clock.pass(1_600);
    await stage.clock.pass(61_000);
    stage.engine.end();
    await stage.clock.settle();
    await stage.clock.pass(1_600);
    expect(stage.status).toMatchObject({ phase: 'ready', restarts: 2 });
  });

  it('is given up where no other try could help, before it was ever ready', async () => {
    using stage = new Stage();
    stage.refusal = badFlag;
    stage.supervisor.start();
    await stage.clock.pass(120_000);
    expect(stage.status).toMatchObject({ phase: 'failed', failure: badFlag });
    expect(stage.started).toHaveLength(1);
  });

  it('is tried again where another try may help, and where it has been ready before', async () => {
    using stage = new Stage();
    stage.refusal = portTaken;
    stage.supervisor.start();
    await stage.clock.pass(1_001);
    expect(stage.started).toHaveLength(2);
    stage.refusal = undefined;
    await stage.clock.pass(3_000);
    expect(stage.status.phase).toBe('ready');

    stage.refusal = badFlag;
    stage.engine.end();
    await stage.clock.pass(60_000);
    expect(stage.status.phase).toBe('waiting');
  });

  it('is ended and tried again where it does not become ready in time', async () => {
    using stage = new Stage();
    stage.isGood = false;
    stage.supervisor.start();
    await stage.clock.pass(10_600);
    expect(stage.engine.acts).toEqual(['destroy']);
    expect(stage.status).toMatchObject({
      phase: 'waiting',
      failure: { kind: 'not-ready-in-time' },
    });
  });

  it('is asked to end first, and killed when its time is up', async () => {
    using stage = new Stage();
    stage.endsWhenAsked = false;
    await stage.ready();
    const stopped = stage.supervisor.stop();
    await stage.clock.pass(2_999);
    expect(stage.engine.acts).toEqual(['terminate']);
    await stage.clock.pass(2);
    await stopped;
    expect(stage.engine.acts).toEqual(['terminate', 'destroy']);
    expect(stage.status.phase).toBe('stopped');
    expect(stage.supervisor.membership).toBeUndefined();
  });

  it('stays down when it is told to, whatever ran for it', async () => {
    using stage = new Stage();
    await stage.ready();
    stage.engine.end();
    await stage.clock.settle();
    await stage.supervisor.stop();
    await stage.clock.pass(120_000);
    expect(stage.status.phase).toBe('stopped');
    expect(stage.engines).toHaveLength(1);
  });

  it('does not keep an engine that comes up after it was told to stop', async () => {
    using stage = new Stage();
    stage.supervisor.start();
    await stage.supervisor.stop();
    await stage.clock.settle();
    expect(stage.engine.acts).toEqual(['destroy']);
    expect(stage.status.phase).toBe('stopped');
  });

  it('is restarted by the plan that is wanted, and says so until then', async () => {
    using stage = new Stage();
    await stage.ready();
    const other = aPlan({ environment: { ONE: '1' } });
    stage.supervisor.replan(aPlan(), limits);
    expect(stage.status.outdated).toBe(false);
    stage.supervisor.replan(other, limits);
    await stage.clock.pass(1_000);
    expect(stage.status).toMatchObject({ outdated: true, phase: 'ready', pid: 100 });

    await stage.supervisor.restart();
    await stage.clock.pass(600);
    expect(stage.status).toMatchObject({ outdated: false, phase: 'ready', pid: 101, restarts: 1 });
    expect(stage.started.at(-1)).toEqual(other);
    expect(stage.phases).toEqual(['starting', 'ready', 'stopping', 'starting', 'ready']);
  });

  it('is tried at once with another plan where it does not run', async () => {
    using stage = new Stage();
    stage.refusal = badFlag;
    stage.supervisor.start();
    await stage.clock.settle();
    stage.refusal = undefined;
    stage.supervisor.replan(aPlan({ model: 'other' }), limits);
    await stage.clock.pass(600);
    expect(stage.status).toMatchObject({ phase: 'ready', plan: { model: 'other' } });
  });

  it('comes back where it is wanted again while it ends', async () => {
    using stage = new Stage();
    stage.endsWhenAsked = false;
    await stage.ready();
    const stopped = stage.supervisor.stop();
    stage.supervisor.replan(aPlan(), limits);
    await stage.clock.pass(3_700);
    await stopped;
    expect(stage.status).toMatchObject({ phase: 'ready', pid: 101 });
  });

  it('is asked to end once, however often that is wanted, and does what was wanted last', async () => {
    using stage = new Stage();
    stage.endsWhenAsked = false;
    await stage.ready();
    const { engine, supervisor } = stage;
    const ends = [supervisor.stop(), supervisor.restart(), supervisor.stop()];
    for (let time = 0; time < 3; time += 1) {
      await stage.clock.pass(500);
      supervisor.replan(aPlan(), limits);
    }
    await stage.clock.pass(1_400);
    expect(engine.acts).toEqual(['terminate']);
    ends.push(supervisor.stop());
    await stage.clock.pass(102);
    await Promise.all(ends);
    expect(engine.acts).toEqual(['terminate', 'destroy']);
    expect(stage.status.phase).toBe('stopped');
    expect(stage.engines).toHaveLength(1);
  });

  it('has the time to become ready that is wanted while it starts', async () => {
    using stage = new Stage();
    stage.isGood = false;
    stage.supervisor.start();
    await stage.clock.pass(5_000);
    stage.supervisor.replan(aPlan(), { ...limits, readyMsMax: 20_000 });
    await stage.clock.pass(14_900);
    expect(stage.status.phase).toBe('starting');
    await stage.clock.pass(700);
    expect(stage.status.failure?.sentence).toContain('it was not ready within 20 s');
  });

  it('has the time to end that was wanted last', async () => {
    using stage = new Stage();
    stage.endsWhenAsked = false;
    await stage.ready();
    stage.supervisor.replan(aPlan(), { ...limits, stopMsMax: 5_000 });
    const stopped = stage.supervisor.stop();
    await stage.clock.pass(4_999);
    expect(stage.engine.acts).toEqual(['terminate']);
    await stage.clock.pass(2);
    await stopped;
    expect(stage.engine.acts).toEqual(['terminate', 'destroy']);
  });

  it('does not lack its model where a client asked for another and it was killed', async () => {
    using stage = new Stage();
    const line = 'ERROR [serving_engine.py:1] The model `gpt-4` does not exist.\n';
    stage.isGood = false;
    stage.supervisor.start();
    await stage.clock.settle();
    stage.log.write(Buffer.from(line));
    stage.engine.end();
    await stage.clock.settle();
    expect(stage.status).toMatchObject({ phase: 'failed', failure: { kind: 'model-missing' } });

    stage.isGood = true;
    stage.supervisor.replan(aPlan(), limits);
    await stage.clock.pass(600);
    stage.log.write(Buffer.from(line));
    stage.engine.end({ code: null, signal: 'SIGKILL' });
    await stage.clock.settle();
    expect(stage.status).toMatchObject({ phase: 'waiting', failure: { kind: 'killed' } });
  });

  it('becomes ready and ends as ever where the machine has no file left to look at processes', async () => {
    using stage = new Stage();
    stage.blindness = new Error('EMFILE: too many open files');
    await stage.ready();
    await stage.clock.pass(61_000);
    expect(stage.status.phase).toBe('ready');
    await stage.supervisor.stop();
    expect(stage.engine.acts).toEqual(['terminate', 'destroy']);
    expect(stage.status.phase).toBe('stopped');
    expect(readFileSync(stage.log.path, 'utf8')).toContain('could not be looked at: Error: EMFILE');
  });
});

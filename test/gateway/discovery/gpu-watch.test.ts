import { describe, expect, it } from 'vitest';

import type { GpuUser, GpuWatchLimits } from '../../../gateway/discovery/gpu-watch.ts';
import { GpuWatch } from '../../../gateway/discovery/gpu-watch.ts';
import type { KernelNews } from '../../../telemetry/gpu/kernel-log.ts';
import { GpuBoard } from '../../../telemetry/gpu/gpu-board.ts';
import { SystemFiles } from '../../../telemetry/gpu/system-files.ts';
import { ManualClock } from '../../support/clock.ts';
import { FakeGpus, uuidOf } from '../../support/fake-gpus.ts';
import { LogNotes } from '../../support/log-notes.ts';
import { pass } from '../../support/passing-time.ts';

const INTERVAL_MS = 1_000;

/** Two GPUs with a replica on each, looked at every second. */
class Watched {
  readonly clock = new ManualClock();
  readonly gpus = new FakeGpus(2);
  readonly log = new LogNotes();
  users: readonly GpuUser[] = [
    { id: 'one', gpus: ['0'] },
    { id: 'two', gpus: [uuidOf(1)] },
    { id: 'far', gpus: [] },
  ];
  /** What each replica was last told. */
  readonly judged: Record<string, string | undefined> = {};
  news: KernelNews = { lines: [] };
  closed = 0;
  readonly watch: GpuWatch;

  constructor(limits: Partial<GpuWatchLimits> = {}) {
    this.watch = new GpuWatch({
      clock: this.clock,
      board: new GpuBoard({
        ask: this.gpus.ask,
        kernelLog: {
          read: () => Promise.resolve(this.news),
          close: () => Promise.resolve(void (this.closed += 1)),
        },
        files: new SystemFiles('/nowhere'),
      }),
      limits: { intervalMs: INTERVAL_MS, timeoutMs: 500, drainsSick: true, ...limits },
      users: () => this.users,
      judged: (id, reason) => {
        this.judged[id] = reason;
      },
      log: this.log,
    });
    this.watch.start();
  }

  look(times = 1): Promise<void> {
    return pass(this.clock, times * INTERVAL_MS, INTERVAL_MS / 10);
  }

  get looks(): number {
    return this.gpus.asked.filter((words) => words.startsWith('--query')).length;
  }

  get lines(): readonly string[] {
    return this.log.notes.map(({ level, message, fields }) => {
      const { reason } = fields as { readonly reason?: string };
      return reason === undefined ? `${level} ${message}` : `${level} ${message}: ${reason}`;
    });
  }
}

describe('the watch over GPUs', () => {
  it('looks once a period, the first time at once', async () => {
    const watched = new Watched();
    await pass(watched.clock, 10);
    expect(watched.looks).toBe(1);
    await watched.look(3);
    expect(watched.looks).toBe(4);

    await watched.watch.stop();
    await watched.look(3);
    expect(watched.looks).toBe(4);
    expect(watched.closed).toBe(1);
  });

  it('lets go of the kernel log also where a look goes on past its end', async () => {
    const watched = new Watched();
    watched.clock.advance(0);
    await watched.watch.stop();
    await pass(watched.clock, 10);

    expect(watched.closed).toBe(2);
    expect(watched.judged).toEqual({});
  });

  it('tells how long it has waited for a first answer', async () => {
    const watched = new Watched();
    watched.gpus.problem = 'it hangs';
    await watched.look(3);

    expect(watched.watch.readings()).toEqual({ gpus: [], ageMs: 3 * INTERVAL_MS });
  });

  it('asks nobody while no replica names a GPU, and begins when one does', async () => {
    const watched = new Watched();
    watched.users = [{ id: 'far', gpus: [] }];
    await watched.look(3);
    expect(watched.gpus.asked).toEqual([]);
    expect(watched.watch.readings()).toEqual({ gpus: [], ageMs: undefined });
    expect(watched.lines).toEqual([]);

    watched.users = [{ id: 'near', gpus: ['1'] }];
    await watched.look();
    expect(watched.looks).toBe(1);
  });

  it('tells which replicas are on which GPU, and how old that is', async () => {
    const watched = new Watched();
    await pass(watched.clock, 0);
    watched.users = [...watched.users, { id: 'also', gpus: ['0', '1'] }];
    await pass(watched.clock, 10);
    await pass(watched.clock, 300, 100);

    const { gpus, ageMs } = watched.watch.readings();
    expect(gpus.map(({ replicas }) => replicas)).toEqual([
      ['one', 'also'],
      ['two', 'also'],
    ]);
    expect(ageMs).toBe(310);
  });
});

describe('a sick GPU', () => {
  it('is told to the replicas on it within a period, and its health within one too', async () => {
    const watched = new Watched();
    await watched.look();
    expect(watched.judged).toEqual({ one: undefined, two: undefined, far: undefined });

    watched.gpus.set(1, { gpu_recovery_action: 'Reset', 'remapped_rows.pending': 'Yes' });
    await watched.look();
    expect(watched.judged).toEqual({
      one: undefined,
      two: 'GPU 1: its driver asks for a recovery: Reset',
      far: undefined,
    });

    watched.gpus.set(1, { gpu_recovery_action: 'None', 'remapped_rows.pending': 'No' });
    await watched.look();
    expect(watched.judged['two']).toBeUndefined();
    expect(watched.lines).toEqual([
      'warn GPU is sick: its driver asks for a recovery: Reset, a bad memory row waits for a reset',
      'info GPU is well again',
    ]);
  });

  it('is told with each other one of the same replica', async () => {
    const watched = new Watched();
    watched.users = [{ id: 'both', gpus: ['0', '1'] }];
    watched.gpus.set(0, { 'remapped_rows.failure': 'Yes' });
    watched.gpus.set(1, { gpu_recovery_action: 'Reboot' });
    await watched.look();

    expect(watched.judged['both']).toBe(
      'GPU 0: its memory has more bad rows than spare ones; GPU 1: its driver asks for a recovery: Reboot',
    );
  });

  it('is only told of where nothing is to be drained', async () => {
    const watched = new Watched({ drainsSick: false });
    watched.gpus.set(1, { gpu_recovery_action: 'Reset' });
    await watched.look();

    expect(watched.judged).toEqual({});
    expect(watched.lines).toEqual(['warn GPU is sick: its driver asks for a recovery: Reset']);
  });

  it('that has its events forgiven is well at once, and one with a standing fault is not', async () => {
    const watched = new Watched();
    watched.news = { lines: ['NVRM: Xid (PCI:0000:1b:00): 95, pid=1, memory'] };
    await watched.look();
    watched.news = { lines: [] };
    expect(watched.judged['one']).toContain('XID 95');

    watched.watch.forgive('two');
    expect(watched.judged['one']).toContain('XID 95');
    watched.watch.forgive('one');
    expect(watched.judged['one']).toBeUndefined();

    watched.gpus.set(0, { gpu_recovery_action: 'Reset' });
    await watched.look();
    watched.watch.forgive('one');
    expect(watched.judged['one']).toContain('Reset');
  });
});

describe('a GPU that is hot', () => {
  it('drains nobody, and is a line of the log every ten minutes at most', async () => {
    const watched = new Watched();
    for (const mask of ['0x40', '0x0', '0x40', '0x0', '0x40']) {
      watched.gpus.set(0, { 'clocks_event_reasons.active': mask });
      await watched.look();
    }
    expect(watched.judged['one']).toBeUndefined();
    expect(watched.lines).toEqual(['warn GPU has a warning: it is slowed: hw-thermal']);

    await watched.look(594);
    expect(watched.lines).toHaveLength(1);
    await watched.look(2);
    expect(watched.lines).toHaveLength(2);
  });
});

describe('a driver that does not answer', () => {
  it('is a line once for each reason, is asked ever more rarely, and heard when it is back', async () => {
    const watched = new Watched();
    await watched.look();
    const { looks } = watched;
    watched.gpus.problem = 'nvidia-smi did not answer within 10 s';
    await watched.look(600);

    expect(watched.lines).toEqual([
      'warn the GPUs cannot be read: nvidia-smi did not answer within 10 s',
    ]);
    // 1 s, then 1.6 s and twice as long each time up to a minute.
    expect(watched.looks - looks).toBeGreaterThan(9);
    expect(watched.looks - looks).toBeLessThan(22);

    watched.gpus.problem = undefined;
    watched.gpus.set(0, { gpu_recovery_action: 'Reset' });
    await watched.look(60);
    expect(watched.judged['one']).toContain('Reset');
    watched.gpus.problem = 'nvidia-smi did not answer within 10 s';
    await watched.look();
    expect(watched.lines.filter((line) => line.includes('cannot be read'))).toHaveLength(2);
  });

  it('leaves everybody as they were, and goes on telling it', async () => {
    const watched = new Watched();
    watched.gpus.set(0, { gpu_recovery_action: 'Reset' });
    await watched.look();
    watched.gpus.problem = 'it hangs';
    await watched.look(20);
    delete watched.judged['one'];
    await watched.look(2);

    expect(watched.judged['one']).toContain('Reset');
  });

  it('may have no kernel log, which is said once and costs nothing', async () => {
    const watched = new Watched();
    watched.news = { lines: [], problem: '/dev/kmsg may not be read' };
    await watched.look(5);

    expect(watched.looks).toBe(6);
    expect(watched.lines).toEqual([
      'info the kernel log cannot be read: XIDs are not seen: /dev/kmsg may not be read',
    ]);
  });

  it('may break a look on a bug, which is told and ends nothing', async () => {
    const watched = new Watched();
    const { users } = watched;
    watched.users = [
      {
        id: 'odd',
        get gpus(): readonly string[] {
          throw new Error('a bug');
        },
      },
    ];
    await watched.look();
    expect(watched.lines).toContain('warn a look at the GPUs crashed');

    watched.users = users;
    await watched.look(3);
    expect(watched.judged).toHaveProperty('one');
  });
});

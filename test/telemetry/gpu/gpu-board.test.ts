import { describe, expect, it } from 'vitest';

import type { KernelNews } from '../../../telemetry/gpu/kernel-log.ts';
import { GpuBoard, GPUS_MAX, XID_MAX } from '../../../telemetry/gpu/gpu-board.ts';
import { EVENT_MS } from '../../../telemetry/gpu/gpu-health.ts';
import { SystemFiles } from '../../../telemetry/gpu/system-files.ts';
import { PlantedMachine } from '../../support/machine.ts';
import { FakeGpus, gpuValues, uuidOf } from '../../support/fake-gpus.ts';

/** Two GPUs, a kernel log, and a clock that stands still. */
class Watched {
  readonly gpus = new FakeGpus(2);
  news: KernelNews = { lines: [] };
  nowMs = 0;
  closed = 0;
  readonly board: GpuBoard;

  constructor(root = '/nowhere') {
    this.board = new GpuBoard({
      ask: this.gpus.ask,
      kernelLog: {
        read: () => Promise.resolve(this.news),
        close: () => Promise.resolve(void (this.closed += 1)),
      },
      files: new SystemFiles(root),
    });
  }

  look(): ReturnType<GpuBoard['look']> {
    return this.board.look(() => this.nowMs);
  }

  states(): readonly string[] {
    return this.board.gpus(this.nowMs).map(({ verdict }) => verdict.state);
  }
}

describe('the board of GPUs', () => {
  it('tells of each what it says, where it is, and how it is', async () => {
    using machine = new PlantedMachine();
    machine.file('sys/bus/pci/devices/0000:1c:00.0/numa_node', '1');
    const watched = new Watched(machine.root);
    watched.nowMs = 5;

    expect(await watched.look()).toEqual({});

    expect(watched.board.readMs).toBe(5);
    expect(watched.board.gpus(5)).toMatchObject([
      { index: 0, uuid: uuidOf(0), numaNode: undefined, sample: { powerWatts: 612.35 } },
      { index: 1, uuid: uuidOf(1), numaNode: 1, verdict: { state: 'healthy' } },
    ]);
  });

  it('asks once which fields the driver knows', async () => {
    const watched = new Watched();
    watched.gpus.fields = ['index', 'uuid'];
    await watched.look();
    await watched.look();

    expect(watched.gpus.asked).toEqual([
      '--help-query-gpu',
      '--query-gpu=index,uuid',
      '--query-gpu=index,uuid',
    ]);
  });

  it('stays as it was where nothing answers, and asks anew what the driver knows', async () => {
    const watched = new Watched();
    await watched.look();
    watched.gpus.set(0, { gpu_recovery_action: 'Reset' });
    await watched.look();
    watched.gpus.problem = 'nvidia-smi did not answer within 10 s';
    watched.nowMs = 99;

    for (const _ of [1, 2, 3]) {
      expect(await watched.look()).toEqual({ gpus: 'nvidia-smi did not answer within 10 s' });
    }
    expect(watched.states()).toEqual(['sick', 'healthy']);
    expect(watched.board.readMs).toBe(0);

    watched.gpus.problem = undefined;
    watched.gpus.asked.length = 0;
    await watched.look();
    expect(watched.gpus.asked[0]).toBe('--help-query-gpu');
    expect(watched.board.readMs).toBe(99);
  });

  it('says what there is to say where no GPU is told of', async () => {
    const watched = new Watched();
    watched.gpus.values = [];

    expect(await watched.look()).toEqual({ gpus: 'nvidia-smi lists no GPU' });
    watched.gpus.complaint = 'No devices were found';
    expect((await watched.look()).gpus).toBe('it failed (exit 15)');
  });

  it('has as many GPUs as its bound, and passes over one more', async () => {
    const watched = new Watched();
    watched.gpus.values = Array.from({ length: GPUS_MAX + 1 }, (_, index) =>
      gpuValues(index, { uuid: `GPU-${index}-x` }),
    );
    await watched.look();

    expect(watched.board.gpus(0)).toHaveLength(GPUS_MAX);
  });
});

describe('a GPU that is lost', () => {
  it('keeps its index where the others move up, and is found by its UUID when it is back', async () => {
    const watched = new Watched();
    await watched.look();
    const [first, second] = watched.gpus.values;
    watched.gpus.values = [{ ...second, index: '0' }];
    await watched.look();
    await watched.look();

    expect(watched.board.gpus(0).map(({ index, sample }) => [index, sample.index])).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(watched.states()).toEqual(['sick', 'healthy']);

    watched.gpus.values = [first, second].filter((one) => one !== undefined);
    await watched.look();
    expect(watched.states()).toEqual(['healthy', 'healthy']);
  });

  it('is forgotten where another one is in its place', async () => {
    const watched = new Watched();
    await watched.look();
    watched.gpus.set(1, { uuid: 'GPU-another' });
    await watched.look();

    expect(watched.board.gpus(0).map(({ index, uuid }) => [index, uuid])).toEqual([
      [0, uuidOf(0)],
      [1, 'GPU-another'],
    ]);
    expect(watched.states()).toEqual(['healthy', 'healthy']);
  });

  it('moves the others where it comes only later', async () => {
    const watched = new Watched();
    const [first = {}, second = {}] = watched.gpus.values;
    watched.gpus.values = [{ ...second, index: '0' }];
    await watched.look();
    watched.gpus.values = [first, second];
    await watched.look();

    const indices = watched.board.gpus(0).map(({ index, uuid }) => [uuid, index]);
    expect(Object.fromEntries(indices)).toEqual({ [uuidOf(0)]: 0, [uuidOf(1)]: 1 });
  });

  it('is known at once by the address that the driver names', async () => {
    const watched = new Watched();
    await watched.look();
    watched.gpus.values = watched.gpus.values.slice(0, 1);
    watched.gpus.complaint =
      'Unable to determine the device handle for GPU0000:1C:00.0: GPU is lost.  Reboot the system to recover this GPU';
    await watched.look();

    expect(watched.states()).toEqual(['healthy', 'sick']);
  });

  it('is known also where the driver tells of no other any more', async () => {
    const watched = new Watched();
    await watched.look();
    watched.gpus.problem =
      'nvidia-smi failed (exit 15): Unable to determine the device handle for GPU 0000:1C:00.0: Unknown Error';
    await watched.look();

    expect(watched.states()).toEqual(['healthy', 'sick']);
  });

  it.each([
    { uuid: '[GPU is lost]', 'pci.bus_id': '[GPU is lost]' },
    { uuid: '[GPU is lost]' },
    { uuid: '[GPU is lost]', index: '7' },
  ])('is known by what is left of its row: %j', async (left) => {
    const watched = new Watched();
    await watched.look();
    watched.gpus.set(1, left);
    await watched.look();

    expect(watched.states()).toEqual(['healthy', 'sick']);
  });
});

describe('an XID', () => {
  const line = 'NVRM: Xid (PCI:0000:1b:00): 79, pid=1, GPU has fallen off the bus.';

  it('strikes the GPU of its address, and is counted', async () => {
    const watched = new Watched();
    watched.news = { lines: ['NVRM: nothing', line, line, line.replace('1b', 'ff')] };
    await watched.look();

    expect(watched.states()).toEqual(['sick', 'healthy']);
    expect(watched.board.gpus(0).map(({ xids }) => [...xids])).toEqual([[['79', 2]], []]);

    watched.news = { lines: [] };
    watched.nowMs = EVENT_MS;
    await watched.look();
    expect(watched.states()).toEqual(['healthy', 'healthy']);
  });

  it('is counted by its code as far as there are codes', async () => {
    const watched = new Watched();
    watched.news = {
      lines: [XID_MAX, XID_MAX + 1, 9_999].map((code) => line.replace(': 79', `: ${code}`)),
    };
    await watched.look();

    expect([...(watched.board.gpus(0)[0]?.xids ?? [])]).toEqual([
      [String(XID_MAX), 1],
      ['other', 2],
    ]);
  });

  it('is forgotten with a word', async () => {
    const watched = new Watched();
    watched.news = { lines: [line] };
    await watched.look();
    watched.board.forgive('GPU-unknown');
    expect(watched.states()).toEqual(['sick', 'healthy']);

    watched.board.forgive(uuidOf(0));
    expect(watched.states()).toEqual(['healthy', 'healthy']);
  });

  it('is waited for no more once the log is let go of', async () => {
    const watched = new Watched();
    await watched.board.close();

    expect(watched.closed).toBe(1);
  });

  it('cannot be seen where the log may not be read, which is told', async () => {
    const watched = new Watched();
    watched.news = { lines: [], problem: '/dev/kmsg may not be read' };

    expect(await watched.look()).toEqual({ kernelLog: '/dev/kmsg may not be read' });
  });
});

describe('MIG devices', () => {
  it('are asked for where a GPU is cut, and nowhere else', async () => {
    const watched = new Watched();
    await watched.look();
    expect(watched.gpus.asked).not.toContain('-L');

    watched.gpus.set(1, { 'mig.mode.current': 'Enabled' });
    watched.gpus.list = [
      `GPU 0: NVIDIA H100 80GB HBM3 (UUID: ${uuidOf(0)})`,
      `GPU 1: NVIDIA H100 80GB HBM3 (UUID: ${uuidOf(1)})`,
      '  MIG 3g.40gb     Device  0: (UUID: MIG-a)',
      'GPU 9: NVIDIA H100 80GB HBM3 (UUID: GPU-stranger)',
    ].join('\n');
    await watched.look();

    expect(watched.board.gpus(0).map(({ migUuids }) => migUuids)).toEqual([[], ['MIG-a']]);
  });
});

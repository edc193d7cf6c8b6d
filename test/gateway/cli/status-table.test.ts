import { describe, expect, it } from 'vitest';

import type { AdminReplica } from '../../../gateway/cli/admin-replicas.ts';
import { statusTable } from '../../../gateway/cli/status-table.ts';
import { aPlan } from '../../support/launched/plans.ts';
import { aLaunchedReplica, aLauncherState } from '../../support/launched/states.ts';

const plan = aPlan({
  id: 'sglang-0',
  gpus: ['0', '1', '2', '3'],
  cpus: [{ first: 0, last: 95 }],
  memoryNodes: [0],
});
const affinity = { threads: 900, cpus: '0-95', memoryNodes: '0-1', strayThreads: 0 };
const noLoads: ReadonlyMap<string, AdminReplica> = new Map();

describe('the table of launched replicas', () => {
  it('shows each with what launcher, kernel and gateway know of it', () => {
    const load = {
      id: 'sglang-0',
      state: 'ready',
      inFlight: { requests: 12 },
      load: { kvCacheUsage: 0.4 },
    };
    const other = aLaunchedReplica({
      plan: aPlan({ id: 'sglang-1' }),
      phase: 'starting',
      sinceMs: 7_100_000,
      restarts: 3,
    });
    const state = aLauncherState(aLaunchedReplica({ plan, affinity }), other);
    const table = statusTable(state, new Map([[load.id, load]]), 7_200_000);
    expect(table.split('\n')).toEqual([
      'replica   state     for    pid   GPUs     CPUs  nodes  restarts  load',
      'sglang-0  ready     2 h    4711  0 1 2 3  0-95  0-1    0         12 in flight, KV 0.40',
      'sglang-1  starting  1 min  4711  -        -     -      3         -',
    ]);
  });

  it('says of one that is drained that it is', () => {
    const load = { id: 'sglang-0', state: 'draining', inFlight: { requests: 0 }, load: null };
    const table = statusTable(
      aLauncherState(aLaunchedReplica({ plan })),
      new Map([[load.id, load]]),
      0,
    );
    expect(table).toContain('ready, drained');
    expect(table).toMatch(/ 0 in flight$/mu);
  });

  it('says why one is given nothing where a gateway knows it', () => {
    const reason = { stateReason: 'GPU 2: XID 79: the GPU has fallen off the bus' };
    const load = { id: 'sglang-0', state: 'draining', inFlight: { requests: 0 }, load: null };
    const notesWith = (facts: Partial<AdminReplica>): readonly string[] =>
      statusTable(
        aLauncherState(aLaunchedReplica({ plan })),
        new Map([[load.id, { ...load, ...facts }]]),
        0,
      )
        .split('\n')
        .slice(3);

    expect(notesWith(reason)).toEqual([
      'sglang-0 is given no requests: GPU 2: XID 79: the GPU has fallen off the bus.',
    ]);
    expect(notesWith({ stateReason: null })).toEqual([]);
    expect(notesWith({ ...reason, state: 'ready' })).toEqual([]);
  });

  it('warns of drift, of what is not pinned as planned, of failures and of older plans', () => {
    const drifted = aLaunchedReplica({
      plan,
      affinity: { ...affinity, cpus: '0-191', strayThreads: 4 },
      outdated: true,
      pinning: 'taskset',
      pinningNote: 'taskset: CPUs 0-95; memory is anywhere',
      failure: { kind: 'killed', sentence: 'it was killed', tail: [] },
    });
    const notes = statusTable(aLauncherState(drifted), noLoads, 0).split('\n').slice(1);
    expect(notes[0]).toContain('0-191 !');
    expect(notes.slice(2)).toEqual([
      '! sglang-0: 4 of 900 threads may run outside its CPUs 0-95: gateway restart sglang-0 pins it anew.',
      'sglang-0: taskset: CPUs 0-95; memory is anywhere.',
      'sglang-0: it was killed; engine-0.log',
      'sglang-0 runs by an older plan: gateway restart sglang-0 takes the other.',
    ]);
  });

  it.each([
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [172_799_999, '47 h'],
    [172_800_000, '2 d'],
    [-5, '0 s'],
  ])('shows %d ms as %s', (ms, text) => {
    const table = statusTable(aLauncherState(aLaunchedReplica()), noLoads, ms);
    expect(table.split('\n')[1]).toMatch(new RegExp(`ready +${text} `, 'u'));
  });

  it('has words for a launcher that runs nothing, and for one that ends', () => {
    expect(statusTable(aLauncherState(), noLoads, 0)).toBe(
      'The launcher (process 4242) runs no engine.',
    );
    const ending = { ...aLauncherState(aLaunchedReplica()), stopping: true };
    expect(statusTable(ending, noLoads, 0)).toContain(
      'The launcher is ending its engines and itself.',
    );
  });
});

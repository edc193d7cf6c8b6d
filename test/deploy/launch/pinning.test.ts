import { describe, expect, it } from 'vitest';

import type { PinnedPlan, ProbePrefix } from '../../../deploy/launch/pinning.ts';
import { choosePinning } from '../../../deploy/launch/pinning.ts';

const plan: PinnedPlan = {
  argv: ['python3', '-m', 'sglang.launch_server'],
  cpus: [
    { first: 0, last: 95 },
    { first: 192, last: 287 },
  ],
  memoryNodes: [0],
};

/** A machine on which what holds one of these words does not run. */
function without(...words: readonly string[]): ProbePrefix {
  return async (prefix) =>
    Promise.resolve(!words.some((word) => prefix.some((one) => one.startsWith(word))));
}

describe('a replica is pinned', () => {
  it('by numactl to its CPUs and to the memory of its node, where the kernel lets it', async () => {
    expect(await choosePinning(plan, without())).toEqual({
      method: 'numactl',
      prefix: ['numactl', '--physcpubind=0-95,192-287', '--membind=0', '--'],
      note: 'numactl: CPUs 0-95,192-287, memory of node 0 alone',
    });
  });

  it('with its memory preferred, where a container may not bind it', async () => {
    const pinning = await choosePinning(plan, without('--membind'));
    expect(pinning.prefix).toEqual([
      'numactl',
      '--physcpubind=0-95,192-287',
      '--preferred=0',
      '--',
    ]);
    expect(pinning).toMatchObject({ method: 'numactl-preferred' });
    expect(pinning.note).toContain('the kernel refuses --membind');
  });

  it('by taskset where there is no numactl, and it is said that memory is not bound', async () => {
    const pinning = await choosePinning(plan, without('numactl'));
    expect(pinning.prefix).toEqual(['taskset', '-c', '0-95,192-287']);
    expect(pinning).toMatchObject({ method: 'taskset' });
    expect(pinning.note).toContain('memory comes from where threads first touch it');
  });

  it('by nothing where nothing can, and it is said', async () => {
    expect(await choosePinning(plan, without('numactl', 'taskset'))).toEqual({
      method: 'none',
      prefix: [],
      note: 'not pinned: neither numactl nor taskset can do it here (CPUs 0-95,192-287)',
    });
  });

  it.each(['--numa-bind', '--numa-bind-nodes=0', '--numa-node'])(
    'by the engine itself, where it has %s, and by nothing before it',
    async (flag) => {
      const argv = [...plan.argv, flag, '0'];
      expect(await choosePinning({ ...plan, argv }, without())).toEqual({
        method: 'engine',
        prefix: [],
        note: `by the engine itself, with ${flag}`,
      });
    },
  );

  it('from outside besides, where an engine that binds itself crosses nodes', async () => {
    const argv = [...plan.argv, '--numa-node', '0', '1'];
    const crossing = { ...plan, argv, memoryNodes: [0, 1] };
    expect(await choosePinning(crossing, without())).toEqual({
      method: 'numactl',
      prefix: ['numactl', '--physcpubind=0-95,192-287', '--membind=0,1', '--'],
      note: 'numactl: CPUs 0-95,192-287, memory of node 0,1 alone; and each rank by the engine itself, with --numa-node',
    });
    expect(await choosePinning(crossing, without('numactl', 'taskset'))).toEqual({
      method: 'engine',
      prefix: [],
      note: 'by the engine itself, with --numa-node',
    });
  });

  it('not at all where the plan names no place', async () => {
    const nowhere = { ...plan, cpus: [], memoryNodes: [] };
    expect(await choosePinning(nowhere, without())).toMatchObject({ method: 'none', prefix: [] });
  });

  it('to several nodes where it crosses them', async () => {
    const crossing = { ...plan, memoryNodes: [0, 1] };
    const { prefix } = await choosePinning(crossing, without());
    expect(prefix).toContain('--membind=0,1');
  });

  it('to a node alone where it may run on any CPU', async () => {
    const free = { ...plan, cpus: [] };
    const { prefix, note } = await choosePinning(free, without());
    expect(prefix).toEqual(['numactl', '--membind=0', '--']);
    expect(note).toContain('CPUs as they are');
    expect((await choosePinning(free, without('numactl'))).method).toBe('none');
  });

  it('to CPUs alone where no node is named', async () => {
    const { prefix } = await choosePinning({ ...plan, memoryNodes: [] }, without());
    expect(prefix).toEqual(['numactl', '--physcpubind=0-95,192-287', '--']);
  });
});

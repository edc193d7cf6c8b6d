import { describe, expect, it } from 'vitest';

import type { TopologyRow } from '../../../telemetry/gpu/topology-matrix.ts';
import { isNvlink, parseTopology } from '../../../telemetry/gpu/topology-matrix.ts';
import { smiCapturesOf, withoutSmiCaptures } from '../../support/smi-captures.ts';

const escape = String.fromCodePoint(27);

function rows(...lines: readonly string[]): readonly TopologyRow[] {
  return parseTopology(lines.join('\n')) ?? [];
}

describe('a topology matrix', () => {
  it('is read raw, past the doubled tab before its last column', () => {
    const [first, second] = rows(
      `\t${escape}[4mGPU0\tGPU1\tNIC0\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID${escape}[0m`,
      'GPU0\t X \tNV18\tPXB\t0-1,4-5\t0\t\tN/A',
      'GPU1\tNV18\t X \tSYS\t2-3,6-7\t1\t\tN/A',
      'NIC0\tPXB\tSYS\t X \t\t\t\t',
      '',
      'NIC Legend:',
      '',
      '  NIC0: mlx5_bond_0',
    );

    expect(first).toEqual({
      index: 0,
      links: new Map([[1, 'NV18']]),
      nicLinks: new Map([['mlx5_bond_0', 'PXB']]),
      cpus: [0, 1, 4, 5],
      numaNode: 0,
    });
    expect(second).toMatchObject({ index: 1, cpus: [2, 3, 6, 7], numaNode: 1 });
  });

  it('is read as people paste it, tabs become spaces and escapes lost', () => {
    const [first] = rows(
      '        [4mGPU0    GPU1    mlx5_0  CPU Affinity    NUMA Affinity   GPU NUMA ID[0m',
      'GPU0     X      SYS     NODE    0,2,4,6         0               N/A',
    );

    expect(first).toMatchObject({ cpus: [0, 2, 4, 6], numaNode: 0 });
    expect(first?.nicLinks).toEqual(new Map([['mlx5_0', 'NODE']]));
  });

  it('is found below a sentence', () => {
    expect(
      rows('76 NICs found, only displaying 56.', '\tGPU0\tCPU Affinity', 'GPU0\t X \t0-3'),
    ).toEqual([{ index: 0, links: new Map(), nicLinks: new Map(), cpus: [0, 1, 2, 3] }]);
  });

  it.each([
    ['no node column', '\tGPU0\tCPU Affinity', 'GPU0\t X \t0-3'],
    ['no node told', '\tGPU0\tCPU Affinity\tNUMA Affinity', 'GPU0\t X \t0-3\tN/A'],
    ['several nodes', '\tGPU0\tCPU Affinity\tNUMA Affinity', 'GPU0\t X \t0-3\t0-1'],
    ['one column, pasted', '    GPU0  CPU Affinity', 'GPU0   X   0-3'],
    [
      'an empty node, pasted',
      '    GPU0  CPU Affinity  NUMA Affinity  GPU NUMA ID',
      'GPU0   X   0-3                          N/A',
    ],
  ])('gives CPUs and no node where there is %s', (_what, ...lines) => {
    const [row] = rows(...lines);

    expect(row?.cpus).toEqual([0, 1, 2, 3]);
    expect(row).not.toHaveProperty('numaNode');
  });

  it.each([
    ['raw', '\tGPU0\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID', 'GPU0\t X \t\t\t\tN/A'],
    ['pasted', '   GPU0  CPU Affinity  NUMA Affinity  GPU NUMA ID', 'GPU0   X        N/A'],
    [
      'pasted, with one number',
      '   GPU0  CPU Affinity  NUMA Affinity  GPU NUMA ID',
      'GPU0   X   0   N/A',
    ],
  ])('gives neither where both are empty or cannot be told apart: %s', (_form, ...lines) => {
    expect(rows(...lines)).toEqual([{ index: 0, links: new Map(), nicLinks: new Map() }]);
  });

  it('takes the node of the GPU’s own memory for no place of its CPUs', () => {
    const [row] = rows(
      '\tGPU0\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID',
      'GPU0\t X \t0-71\t0\t\t4',
    );

    expect(row?.numaNode).toBe(0);
  });

  it('gives the whole rows of one that is cut off', () => {
    expect(
      rows('\tGPU0\tGPU1\tCPU Affinity', 'GPU0\t X \tPHB\t0-3', 'GPU1\tPH').map(
        ({ index }) => index,
      ),
    ).toEqual([0]);
  });

  it('is none where the command failed', () => {
    expect(parseTopology('ERROR: Option -m is missing its value.')).toBeUndefined();
    expect(parseTopology('Failed to run topology matrix')).toBeUndefined();
    expect(parseTopology('')).toBeUndefined();
  });

  it.each([
    ['NV4', true],
    ['NV18', true],
    ['NODE', false],
    ['PIX', false],
    ['N/A', false],
  ])('has in %s NVLink: %j', (link, is) => {
    expect(isNvlink(link)).toBe(is);
  });
});

describe.skipIf(withoutSmiCaptures)('the matrix of a real machine', () => {
  const matrices = smiCapturesOf('topo-').filter(([name]) => !name.includes('error'));

  it.each(matrices)('is read, every row and link: %s', (name, text) => {
    const read = parseTopology(text) ?? [];
    const written = text.split('\n').filter((line) => /^\s*GPU\d+\s.*\sX\s/u.test(line));
    const count = Number(/topo-(?:mp-)?(\d+)/u.exec(name)?.[1]);

    expect(read.map(({ index }) => index)).toEqual(written.map((_, index) => index));
    expect(name.includes('truncated') || read.length === count).toBe(true);
    for (const { index, links } of read) {
      expect([...links.keys()]).toEqual(
        Array.from({ length: count }, (_, other) => other).filter((other) => other !== index),
      );
      for (const link of links.values()) expect(link).toMatch(/^(?:NV\d+|PIX|PXB|PHB|NODE|SYS)$/u);
    }
  });

  it.each([
    ['topo-8xa100-dgx-10nic-8numa-truncated.txt', [3, 3, 1, 1, 7, 7]],
    ['topo-4xa100-4numa-reversed-mlx5col-no-gpu-numa-id.txt', [3, 2, 1, 0]],
    ['topo-8gpu-nv18-9nic-4numa-snc-truncated.txt', expect.arrayContaining([2])],
    ['topo-8xb300-9nic-2numa-driver590-ansi-remnant.txt', [0, 0, 0, 0, 1, 1, 1, 1]],
    ['topo-2gpu-nv12-8nic-empty-affinity.txt', [undefined, undefined]],
    ['topo-16xv100-dgx2-10mlx5cols-no-numa-columns-truncated.txt', Array(4).fill(undefined)],
  ])('tells the nodes: %s', (name, nodes) => {
    const [, text = ''] = smiCapturesOf(name)[0] ?? [];

    expect(parseTopology(text)?.map(({ numaNode }) => numaNode)).toEqual(nodes);
  });

  it.each(smiCapturesOf('topo-windows-driver591-error'))('is none in %s', (_name, text) => {
    expect(parseTopology(text)).toBeUndefined();
  });
});

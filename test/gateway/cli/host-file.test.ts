import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { publishedHost } from '../../../deploy/published-host.ts';
import { parseHost, printHost } from '../../../gateway/cli/host-file.ts';
import { randomHosts } from '../../support/hosts.ts';

function changed(change: (host: Record<string, unknown>) => unknown): string {
  const file = JSON.parse(printHost(publishedHost)) as { host: Record<string, unknown> };
  change(file.host);
  return JSON.stringify(file);
}

const twice = <Item>(item: Item): Item[] => [item, item];

describe('the file of a host', () => {
  it('gives any host back', () => {
    fc.assert(
      fc.property(randomHosts, (host) => {
        expect(parseHost(printHost(host))).toEqual(host);
      }),
    );
  });

  it('gives back all that can be known of one', () => {
    const host = {
      ...publishedHost,
      gpus: [
        {
          index: 0,
          name: 'H100',
          uuid: 'GPU-a',
          numaNode: 1,
          pciAddress: '0000:1b:00.0',
          pciRoot: 'pci0000:17',
          memoryMib: 81_559,
          nvlinkPeers: [1],
          closedPeers: [2],
          migDevices: [{ uuid: 'MIG-a', profile: '1g.10gb', memoryMib: 9856 }],
          fault: 'it needs a reset',
        },
      ],
      nics: [{ name: 'mlx5_0', numaNode: 0, pciRoot: 'pci0000:17' }],
      allowed: { cpus: [0, 1, 2, 8], memoryNodes: [0] },
      remarks: ['there is no nvidia-smi.'],
    };
    const text = printHost(host);

    expect(parseHost(text)).toEqual(host);
    expect(text).toContain('"cpus": "0-2,8"');
    expect(text).toContain('"cores": "0,192 1,193 ');
  });

  it.each([
    ['no JSON', '{', /JSON/u],
    ['another form', '{"format": "x", "host": {}}', /^format: it is not numagate-host-1$/u],
    ['nothing in it', '{}', /^format: /u],
    [
      'a wrong type',
      changed((host) => (host['gpus'] = [{ index: '0' }])),
      /^host\.gpus\.0\.index: /u,
    ],
    ['a stranger', changed((host) => (host['cpus'] = 1)), /^host: /u],
    [
      'cores that are no list',
      changed((host) => (host['nodes'] = [{ id: 0, cores: 'all', hasMemory: true }])),
      /^host\.nodes\.0\.cores: it is no line of cores/u,
    ],
    [
      'an index twice',
      changed((host) => (host['gpus'] = twice({ index: 0, name: 'a' }))),
      /^host\.gpus: two GPUs have one index$/u,
    ],
    [
      'a node twice',
      changed((host) => (host['nodes'] = twice({ id: 0, cores: '', hasMemory: true }))),
      /^host\.nodes: two nodes have one id$/u,
    ],
  ])('with %s is refused, and says where', (_what, json, why) => {
    expect(() => parseHost(json)).toThrow(why);
  });

  const named = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ index, name: 'a' }));
  const nodes = (count: number) =>
    Array.from({ length: count }, (_, id) => ({ id, cores: '', hasMemory: true }));

  it.each([
    ['256 GPUs', { gpus: named(256) }, { gpus: named(257) }],
    ['1024 nodes', { nodes: nodes(1024) }, { nodes: nodes(1025) }],
    ['1000 letters in a name', { remarks: ['a'.repeat(1000)] }, { remarks: ['a'.repeat(1001)] }],
    [
      '200,000 letters of cores',
      { nodes: [{ id: 0, cores: ' '.repeat(200_000), hasMemory: true }] },
      { nodes: [{ id: 0, cores: ' '.repeat(200_001), hasMemory: true }] },
    ],
  ])('may have %s and no more', (_what, atTheBound, pastIt) => {
    expect(() => parseHost(changed((host) => Object.assign(host, atTheBound)))).not.toThrow();
    expect(() => parseHost(changed((host) => Object.assign(host, pastIt)))).toThrow(/^host\./u);
  });
});

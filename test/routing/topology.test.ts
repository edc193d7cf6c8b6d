import { describe, expect, it } from 'vitest';
import { nodeOf, requestsByNode } from '../../routing/topology.ts';
import { aCandidate, anInFlight, aReplica, otherTraffic } from '../support/builders.ts';

describe('the node of a replica', () => {
  const one = aReplica({ address: 'http://10.0.0.1:30000', numaNode: 0 });

  it('is the same for all on one NUMA node of one host, whatever their ports', () => {
    expect(nodeOf(aReplica({ address: 'https://10.0.0.1:30001', numaNode: 0 }))).toBe(nodeOf(one));
  });

  it.each([
    aReplica({ address: 'http://10.0.0.1:30000', numaNode: 1 }),
    aReplica({ address: 'http://10.0.0.2:30000', numaNode: 0 }),
    aReplica({ address: 'http://10.0.0.1:30000', numaNode: undefined }),
    aReplica({ address: 'no address', numaNode: 0 }),
  ])('is another at $address, node $numaNode', (replica) => {
    expect(nodeOf(replica)).not.toBe(nodeOf(one));
  });
});

describe('an address that names no host', () => {
  it.each(['localhost:8000', '10.0.0.1:8000', 'no address'])(
    'is a host of its own: %s',
    (address) => {
      const nodes = [address, `${address}1`].map((text) => nodeOf(aReplica({ address: text })));

      expect(new Set(nodes).size).toBe(2);
    },
  );
});

describe('requests by node', () => {
  it('are those of all replicas there, others included', () => {
    const at = (address: string, requests: number, others: number) =>
      aCandidate({
        replica: aReplica({ address, numaNode: 0 }),
        inFlight: anInFlight({ requests }),
        others: otherTraffic({ requests: others }),
      });
    const requests = requestsByNode([
      at('http://a:1', 2, 1),
      at('http://a:2', 4, 0),
      at('http://b:1', 8, 0),
    ]);

    expect([...requests.values()]).toEqual([7, 8]);
  });
});

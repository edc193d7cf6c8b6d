import type { Candidate, Replica } from './replica.ts';

/** Names of the nodes, so that an address is taken apart once. Replicas are never changed, only replaced. */
const names: WeakMap<Replica, string> = new WeakMap();

/**
 * The NUMA node that a replica is pinned to, on the host of its base URL; the host alone where no node is told.
 * An address that names no host is a host of its own.
 */
export function nodeOf(replica: Replica): string {
  const known = names.get(replica);
  if (known !== undefined) return known;
  const { address, numaNode } = replica;
  const host = URL.parse(address)?.hostname ?? '';
  const name = `${host === '' ? address : host} ${numaNode ?? ''}`;
  names.set(replica, name);
  return name;
}

/** Requests in flight, ours and others', at all replicas of each node. */
export function requestsByNode(candidates: readonly Candidate[]): ReadonlyMap<string, number> {
  const requests = new Map<string, number>();
  for (const { replica, inFlight, others } of candidates) {
    const node = nodeOf(replica);
    requests.set(node, (requests.get(node) ?? 0) + inFlight.requests + others.requests);
  }
  return requests;
}

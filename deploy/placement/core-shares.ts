/** One replica's wish for cores of a node. */
export interface CoreClaim {
  readonly replica: number;
  /** How much of the node's work is its: the GPUs that it has there. */
  readonly weight: number;
}

/** How the cores of one node are dealt out. */
export interface CoreShares {
  /** For the gateway, the network cards and the system. */
  readonly reserved: readonly (readonly number[])[];
  /** By replica; empty for those that came after the last core. */
  readonly byReplica: ReadonlyMap<number, readonly (readonly number[])[]>;
}

/** One core in so many is kept back, */
const CORES_PER_RESERVED = 16;
/** and on large nodes no more than these. */
const RESERVED_MAX = 8;

/**
 * Deals out whole cores, neighbours together and in the order of the claims: one core each as far as they go, the
 * lowest few kept back, the others by weight. `reserved` is how many to keep back; what claims need is never kept.
 */
export function shareCores(
  cores: readonly (readonly number[])[],
  claims: readonly CoreClaim[],
  reserved: number = Math.min(RESERVED_MAX, Math.ceil(cores.length / CORES_PER_RESERVED)),
): CoreShares {
  const ordered = cores.toSorted((one, other) => lowest(one) - lowest(other));
  const kept = Math.max(0, Math.min(reserved, ordered.length - claims.length));
  const dealt = ordered.slice(kept);
  const spare = Math.max(0, dealt.length - claims.length);
  const weights = claims.reduce((sum, { weight }) => sum + weight, 0);
  const byReplica = new Map<number, readonly (readonly number[])[]>();
  let weightSoFar = 0;
  let from = 0;
  for (const [place, { replica, weight }] of claims.entries()) {
    weightSoFar += weight;
    const to = place + 1 + Math.floor((weightSoFar * spare) / weights);
    byReplica.set(replica, dealt.slice(from, to));
    from = to;
  }
  return { reserved: ordered.slice(0, kept), byReplica };
}

function lowest(core: readonly number[]): number {
  return Math.min(...core);
}

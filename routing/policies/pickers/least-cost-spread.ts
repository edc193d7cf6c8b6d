import type { Candidate } from '../../replica.ts';
import { nodeOf, requestsByNode } from '../../topology.ts';
import type { Picker } from '../policy.ts';

/**
 * Picks the cheapest; among equals, one on the NUMA node and host with the fewest requests in flight, since those
 * share memory and cores; among these, each is as likely. A cost that is no number is dearer than any.
 * `random` gives numbers from 0 up to 1.
 */
export function leastCostSpread(random: () => number): Picker {
  return {
    name: 'least-cost-spread',
    pick(_request, candidates, seconds, everyone) {
      let picked = 0;
      let cheapest = Infinity;
      let isTied = false;
      for (let index = 0; index < seconds.length; index++) {
        const own = seconds[index] ?? 0;
        if (own === cheapest) isTied = true;
        if (own < cheapest) {
          picked = index;
          cheapest = own;
          isTied = false;
        }
      }
      if (!isTied) return picked;
      const tied = { candidates, isTied: (index: number) => seconds[index] === cheapest };
      return pickTied(tied, requestsByNode(everyone), random);
    },
  };
}

interface Tied {
  readonly candidates: readonly Candidate[];
  readonly isTied: (index: number) => boolean;
}

function pickTied(
  { candidates, isTied }: Tied,
  requests: ReadonlyMap<string, number>,
  random: () => number,
): number {
  let picked = 0;
  let fewest = Infinity;
  let equals = 0;
  for (const [index, { replica }] of candidates.entries()) {
    if (!isTied(index)) continue;
    const onNode = requests.get(nodeOf(replica)) ?? 0;
    if (onNode > fewest) continue;
    equals = onNode < fewest ? 1 : equals + 1;
    fewest = onNode;
    // One pass: the k-th of k equals takes over with a chance of 1 in k.
    if (equals === 1 || random() * equals < 1) picked = index;
  }
  return picked;
}

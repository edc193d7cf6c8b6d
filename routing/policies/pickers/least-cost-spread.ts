import type { Candidate } from '../../replica.ts';
import { nodeOf, requestsByNode } from '../../topology.ts';
import type { Picker } from '../policy.ts';

/**
 * Picks the cheapest; among equals, one on the NUMA node and host with the fewest requests in flight, since those
 * share memory and cores; among these, each is as likely. `random` gives numbers from 0 up to 1.
 */
export function leastCostSpread(random: () => number): Picker {
  return {
    name: 'least-cost-spread',
    pick(_request, candidates, seconds) {
      const cheapest = seconds.reduce((least, one) => Math.min(least, one), Infinity);
      const first = seconds.indexOf(cheapest);
      if (first === seconds.lastIndexOf(cheapest)) return first;
      return pickTied(candidates, (index) => seconds[index] === cheapest, random);
    },
  };
}

function pickTied(
  candidates: readonly Candidate[],
  isTied: (index: number) => boolean,
  random: () => number,
): number {
  const requests = requestsByNode(candidates);
  let picked = -1;
  let fewest = Infinity;
  let equals = 0;
  for (const [index, { replica }] of candidates.entries()) {
    const onNode = requests.get(nodeOf(replica)) ?? 0;
    if (!isTied(index) || onNode > fewest) continue;
    equals = onNode < fewest ? 1 : equals + 1;
    fewest = onNode;
    // One pass: the k-th of k equals takes over with a chance of 1 in k.
    if (equals === 1 || random() * equals < 1) picked = index;
  }
  return picked;
}

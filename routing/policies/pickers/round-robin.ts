import { LRUCache } from 'lru-cache';
import type { ReplicaId } from '../../replica.ts';
import type { Picker } from '../policy.ts';

/** Turns remembered; a replica whose turn is forgotten counts as never picked. */
const REPLICAS_MAX = 4096;

/**
 * Picks whoever has waited longest for a turn, the first in order among those that never had one.
 * A replica that was left out for a while is next when it is back, so shares stay equal.
 */
export function roundRobin(): Picker {
  const turns = new LRUCache<ReplicaId, number>({ max: REPLICAS_MAX });
  let turnsGiven = 0;
  return {
    name: 'round-robin',
    pick(_request, candidates) {
      let picked = 0;
      let longestAgo = Infinity;
      for (const [index, { replica }] of candidates.entries()) {
        const turn = turns.peek(replica.id) ?? -1;
        if (turn >= longestAgo) continue;
        picked = index;
        longestAgo = turn;
      }
      const id = candidates[picked]?.replica.id;
      if (id !== undefined) turns.set(id, turnsGiven++);
      return picked;
    },
  };
}

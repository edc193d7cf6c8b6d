import { LRUCache } from 'lru-cache';
import type { ReplicaId } from '../../replica.ts';
import type { Picker } from '../policy.ts';

/** Replicas whose turns are remembered; one that is forgotten counts as new. */
const REPLICAS_MAX = 4096;

/** Turns that a replica makes up for when it is back: enough for exclusions, too few for a flood. */
const MISSED_TURNS_MAX = 3;

/**
 * Picks whoever had the fewest turns, the first in order among equals. A replica that was left out
 * for a while makes up for a few turns; a new one comes before anyone has a second.
 */
export function roundRobin(): Picker {
  const turns = new LRUCache<ReplicaId, number>({ max: REPLICAS_MAX });
  return {
    name: 'round-robin',
    pick(_request, candidates) {
      let most = 0;
      for (const { replica } of candidates) most = Math.max(most, turns.peek(replica.id) ?? 0);
      let picked = 0;
      let fewest = Infinity;
      for (const [index, { replica }] of candidates.entries()) {
        const had = Math.max(turns.peek(replica.id) ?? most - 1, most - MISSED_TURNS_MAX);
        if (had >= fewest) continue;
        picked = index;
        fewest = had;
      }
      const id = candidates[picked]?.replica.id;
      if (id !== undefined) turns.set(id, fewest + 1);
      return picked;
    },
  };
}

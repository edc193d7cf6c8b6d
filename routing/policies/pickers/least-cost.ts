import type { Picker } from '../policy.ts';

/** Picks the cheapest; among equals, each is as likely. `random` gives numbers from 0 up to 1. */
export function leastCost(random: () => number): Picker {
  return {
    name: 'least-cost',
    pick(_request, _candidates, seconds) {
      let picked = 0;
      let equals = 1;
      for (let index = 1; index < seconds.length; index++) {
        const difference = (seconds[index] ?? 0) - (seconds[picked] ?? 0);
        if (difference > 0) continue;
        equals = difference < 0 ? 1 : equals + 1;
        // One pass: the k-th of k equals takes over with a chance of 1 in k.
        if (equals === 1 || random() * equals < 1) picked = index;
      }
      return picked;
    },
  };
}

import type { ScalarSample } from './exposition.ts';
import type { Label } from './series-table.ts';
import { SeriesTable } from './series-table.ts';

/** Series of one counter; beyond it all further ones are one, labelled `other`. */
export const COUNTER_SERIES_MAX = 4096;

/** Sums that only rise, one for each combination of label numbers. */
export class Counter {
  readonly #table: SeriesTable<{ sum: number }>;

  /** Labels in the order in which `add` takes their numbers. */
  constructor(labels: readonly Label[]) {
    this.#table = new SeriesTable(labels, COUNTER_SERIES_MAX, () => ({ sum: 0 }));
  }

  /** Adds `amount` (0 or more) to one series. */
  add(amount: number, first = 0, second = 0, third = 0, fourth = 0, fifth = 0): void {
    this.#table.at(first, second, third, fourth, fifth).sum += amount;
  }

  /** The sums so far. */
  *samples(): Generator<ScalarSample> {
    for (const { labels, value } of this.#table.all()) yield { labels, value: value.sum };
  }
}

import type { LabelValues } from './label-values.ts';
import { LABEL_VALUES_MAX } from './label-values.ts';
import { labelPair } from './exposition.ts';

/** One label of a family: its name, and the values it has met. */
export interface Label {
  readonly name: string;
  readonly values: LabelValues;
}

/** One series: its labels as they are exposed, and what it counts. */
export interface Series<Value> {
  /** `name="value",…`, escaped; empty values are left out. */
  readonly labels: string;
  readonly value: Value;
}

/** Key of the series whose labels all read `other`. */
const ALL_OTHER = 0;

/**
 * The series that share label names. Found by the numbers that `LabelValues` gave, so that a
 * look-up on the way of a request builds no string.
 */
export class SeriesTable<Value> {
  readonly #labels: readonly Label[];
  readonly #seriesMax: number;
  readonly #create: () => Value;
  readonly #series = new Map<number, Series<Value>>();

  /** At most five labels. Past `seriesMax`, all further series are one, with `other` for each label. */
  constructor(labels: readonly Label[], seriesMax: number, create: () => Value) {
    this.#labels = labels;
    this.#seriesMax = seriesMax;
    this.#create = create;
  }

  /** The value of the series with these label numbers, in the order of the labels. */
  at(first: number, second = 0, third = 0, fourth = 0, fifth = 0): Value {
    const key =
      (((first * LABEL_VALUES_MAX + second) * LABEL_VALUES_MAX + third) * LABEL_VALUES_MAX +
        fourth) *
        LABEL_VALUES_MAX +
      fifth;
    const found = this.#series.get(key);
    return found === undefined
      ? this.#add(key, [first, second, third, fourth, fifth])
      : found.value;
  }

  /** Every series so far, in the order of their first use. */
  all(): Iterable<Series<Value>> {
    return this.#series.values();
  }

  #add(key: number, ids: readonly number[]): Value {
    if (this.#series.size >= this.#seriesMax && key !== ALL_OTHER) return this.at(ALL_OTHER);
    const pairs = this.#labels.map(({ name, values }, index) =>
      labelPair(name, values.valueOf(ids[index] ?? 0)),
    );
    const labels = pairs.filter((pair) => pair !== '').join(',');
    const value = this.#create();
    this.#series.set(key, { labels, value });
    return value;
  }
}

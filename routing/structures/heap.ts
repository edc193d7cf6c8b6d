/** A binary heap whose items can be removed from anywhere: all operations take O(log n), `first` O(1). */
export class Heap<T extends object> {
  readonly #comesBefore: (one: T, other: T) => boolean;
  readonly #items: T[] = [];
  readonly #places: Map<T, number> = new Map();

  /** `comesBefore` must be a strict order that does not change while an item is in the heap. */
  constructor(comesBefore: (one: T, other: T) => boolean) {
    this.#comesBefore = comesBefore;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The item that nothing comes before. */
  get first(): T | undefined {
    return this.#items[0];
  }

  /** All items, in no order. */
  values(): Iterable<T> {
    return this.#items;
  }

  /**
   * All items in order, as far as they are asked for: O(k log k) for the first k. The heap must not
   * change meanwhile.
   */
  *inOrder(): Generator<T> {
    const frontier = new Heap<Placed<T>>((one, other) => this.#comesBefore(one.item, other.item));
    const reach = (place: number): void => {
      const item = this.#items[place];
      if (item !== undefined) frontier.add({ item, place });
    };
    reach(0);
    for (let next = frontier.first; next !== undefined; next = frontier.first) {
      frontier.remove(next);
      yield next.item;
      reach(2 * next.place + 1);
      reach(2 * next.place + 2);
    }
  }

  /** Adds an item that is not in the heap. */
  add(item: T): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Removes an item; false when it was not there. */
  remove(item: T): boolean {
    const place = this.#places.get(item);
    if (place === undefined) return false;
    this.#places.delete(item);
    const last = this.#items.pop();
    if (last === undefined || last === item) return true;
    this.#sink(last, place);
    this.#rise(last, this.#places.get(last) ?? place);
    return true;
  }

  #rise(item: T, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = this.#items[(place - 1) >> 1];
      if (parent === undefined || !this.#comesBefore(item, parent)) break;
      this.#put(parent, place);
      place = (place - 1) >> 1;
    }
    this.#put(item, place);
  }

  #sink(item: T, from: number): void {
    let place = from;
    for (;;) {
      const child = this.#firstChild(place);
      if (child === undefined || !this.#comesBefore(child.item, item)) break;
      this.#put(child.item, place);
      place = child.place;
    }
    this.#put(item, place);
  }

  #firstChild(place: number): Placed<T> | undefined {
    const left = this.#items[2 * place + 1];
    const right = this.#items[2 * place + 2];
    if (left === undefined) return undefined;
    if (right === undefined || !this.#comesBefore(right, left)) {
      return { item: left, place: 2 * place + 1 };
    }
    return { item: right, place: 2 * place + 2 };
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    this.#places.set(item, place);
  }
}

interface Placed<T> {
  readonly item: T;
  readonly place: number;
}

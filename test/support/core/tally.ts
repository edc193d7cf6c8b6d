/** How often each thing happened or was looked at, over any number of runs. */
export class Tally<Name extends string> {
  readonly #counts: Map<Name, number>;

  /** `names` all begin at 0, so that what never happens is seen. */
  constructor(names: readonly Name[]) {
    this.#counts = new Map(names.map((name) => [name, 0]));
  }

  count(name: Name): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** Adds what another one has counted. */
  add(other: Tally<Name>): void {
    for (const [name, count] of other.#counts) {
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
    }
  }

  /** What never happened. */
  get missing(): readonly Name[] {
    return [...this.#counts].filter(([, count]) => count === 0).map(([name]) => name);
  }

  get text(): string {
    return [...this.#counts].map(([name, count]) => `${name} ${count}`).join(', ');
  }
}

/** How often each thing happened or was looked at. */
export class Tally<Name extends string> {
  readonly #counts: Record<Name, number>;

  /** `names` all begin at 0, so that what never happens is seen. */
  constructor(names: readonly Name[]) {
    this.#counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  }

  count(name: Name): void {
    this.#counts[name] += 1;
  }

  /** Adds what another one has counted. */
  add(others: Readonly<Record<Name, number>>): void {
    for (const name of Object.keys(others) as Name[]) this.#counts[name] += others[name];
  }

  get counts(): Readonly<Record<Name, number>> {
    return this.#counts;
  }
}

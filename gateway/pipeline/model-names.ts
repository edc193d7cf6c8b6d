/** The names under which clients ask for models, beside the engines' own. */
export class ModelNames {
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #unnamed: () => string;

  /** `aliases`: a client's name to an engine's. `unnamed`: the model of requests that name none. */
  constructor(aliases: ReadonlyMap<string, string>, unnamed: () => string) {
    this.#aliases = aliases;
    this.#unnamed = unnamed;
  }

  /** The model that routing looks for. */
  resolve(name: string | undefined): string {
    return name === undefined ? this.#unnamed() : (this.#aliases.get(name) ?? name);
  }

  /** The name that has to stand in the engine's body, or `undefined` where the client's own is right. */
  rename(name: string | undefined): string | undefined {
    return name === undefined ? undefined : this.#aliases.get(name);
  }

  /** Every alias with the model behind it. */
  entries(): Iterable<readonly [string, string]> {
    return this.#aliases.entries();
  }
}

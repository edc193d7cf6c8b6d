/** The names under which clients ask for models, beside the engines' own. */
export class ModelNames {
  readonly #aliases: ReadonlyMap<string, string>;

  /** `aliases`: a client's name to an engine's. */
  constructor(aliases: ReadonlyMap<string, string>) {
    this.#aliases = aliases;
  }

  /** The model that routing looks for; the empty name means any, for dialects whose requests name none. */
  resolve(name: string | undefined): string {
    return name === undefined ? '' : (this.#aliases.get(name) ?? name);
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

import type { Candidate } from '../../routing/replica.ts';

/** The names under which clients ask for models, beside the engines' own. */
export class ModelNames {
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #unnamed: (engine: string | undefined) => string;

  /**
   * `aliases`: a client's name to an engine's. `unnamed`: the model of requests that name none, told the only
   * engine that speaks their API where there is one.
   */
  constructor(
    aliases: ReadonlyMap<string, string>,
    unnamed: (engine: string | undefined) => string,
  ) {
    this.#aliases = aliases;
    this.#unnamed = unnamed;
  }

  /** The model that routing looks for; `engine` is the only one that speaks the request's API. */
  resolve(name: string | undefined, engine: string | undefined): string {
    return name === undefined ? this.#unnamed(engine) : (this.#aliases.get(name) ?? name);
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

/**
 * The model of requests that name none, as in SGLang's own API: the first of a ready replica whose engine
 * speaks that API, else of whichever replica has told one.
 */
export function firstModel(candidates: readonly Candidate[], engine: string | undefined): string {
  const telling = candidates.filter(({ replica }) => replica.models.length > 0);
  const speaking = telling.filter(
    ({ replica }) => engine === undefined || replica.engine === engine,
  );
  const first = speaking.find(({ state }) => state === 'ready') ?? speaking[0] ?? telling[0];
  return first?.replica.models[0] ?? '';
}

import type { Fleet } from '../../routing/fleet.ts';
import type { ModelNames } from '../pipeline/model-names.ts';

/** One model as OpenAI's API lists it, with what vLLM and SGLang add: `vllm bench serve` wants `root`. */
export interface ListedModel {
  readonly id: string;
  readonly object: 'model';
  /** Unix seconds; engines make it up too. */
  readonly created: number;
  readonly owned_by: string;
  /** The replicas' own name for it; another one than `id` where that is an alias. */
  readonly root: string;
  readonly parent: null;
  readonly max_model_len: number | undefined;
}

/** The models of all ready replicas, each named once, and the aliases of those. */
export class ModelList {
  readonly #fleet: Fleet;
  readonly #names: ModelNames;
  readonly #created: number;

  constructor(fleet: Fleet, names: ModelNames, createdSeconds: number) {
    this.#fleet = fleet;
    this.#names = names;
    this.#created = createdSeconds;
  }

  all(): readonly ListedModel[] {
    const models = new Map<string, ListedModel>();
    for (const replica of this.#fleet.replicas()) {
      if (this.#fleet.state(replica.id) !== 'ready') continue;
      for (const id of replica.models) {
        if (!models.has(id))
          models.set(id, this.#list(id, replica.engine, replica.contextTokensMax));
      }
    }
    for (const [alias, target] of this.#names.entries()) {
      const model = models.get(target);
      if (model !== undefined) models.set(alias, { ...model, id: alias });
    }
    return [...models.values()];
  }

  find(id: string): ListedModel | undefined {
    return this.all().find((model) => model.id === id);
  }

  #list(id: string, engine: string, contextTokensMax: number | undefined): ListedModel {
    return {
      id,
      object: 'model',
      created: this.#created,
      owned_by: engine,
      root: id,
      parent: null,
      max_model_len: contextTokensMax,
    };
  }
}

import { countOf, asObject, objectsOf, readObject, textOf } from './json-page.ts';

/** The list of models: the one page that every engine has. */
export const MODELS_PATH = '/v1/models';

/** A model as an engine lists it; LoRA adapters are models of their own. */
export interface EngineModel {
  readonly id: string;
  readonly owner: string;
  /** Longest prompt plus output, where the engine tells. */
  readonly contextTokensMax: number | undefined;
}

/** The models on the page of `MODELS_PATH`; none where it is no such list. */
export function readModels(page: string | undefined): readonly EngineModel[] {
  return objectsOf(readObject(page)?.['data']).flatMap((model) => {
    const id = textOf(model, 'id');
    if (id === undefined) return [];
    // `max_model_len` is vLLM's and SGLang's, `meta.n_ctx` llama.cpp's.
    const contextTokensMax =
      countOf(model, 'max_model_len') ?? countOf(asObject(model['meta']), 'n_ctx');
    return [{ id, owner: textOf(model, 'owned_by') ?? '', contextTokensMax }];
  });
}

/** The longest context of all models, since one replica has one limit and adapters do not tell it. */
export function longestContext(models: readonly EngineModel[]): number | undefined {
  const lengths = models.map((model) => model.contextTokensMax ?? 0);
  const longest = Math.max(0, ...lengths);
  return longest === 0 ? undefined : longest;
}

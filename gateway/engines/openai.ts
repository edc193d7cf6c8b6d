import type { EngineKind } from './engine-kind.ts';
import { longestContext, MODELS_PATH, readModels } from './model-page.ts';

/** Anything else that speaks OpenAI's API: it lists its models and tells no load. */
export const openai: EngineKind = {
  name: 'openai',
  healthPath: MODELS_PATH,
  announcesDrain: false,
  factPaths: [],
  loadSources: [],
  recognise(pages) {
    const models = readModels(pages.get(MODELS_PATH));
    if (models.length === 0) return undefined;
    return {
      version: undefined,
      contextTokensMax: longestContext(models),
      kvCapacityTokens: undefined,
      kvBlockTokens: undefined,
    };
  },
};

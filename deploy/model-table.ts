import type { ModelFacts } from './model-facts.ts';

/** Models by the names that people call them, with the figures of their `config.json`. */
export const modelTable: Readonly<Record<string, ModelFacts>> = {
  'llama-3-8b': llama('Meta-Llama-3-8B-Instruct', 8.03e9, 32, 32),
  'llama-3-70b': llama('Meta-Llama-3-70B-Instruct', 70.55e9, 80, 64),
  'llama-3.1-8b': llama('Llama-3.1-8B-Instruct', 8.03e9, 32, 32),
  'llama-3.1-70b': llama('Llama-3.1-70B-Instruct', 70.55e9, 80, 64),
  'llama-3.1-405b': llama('Llama-3.1-405B-Instruct', 405.85e9, 126, 128),
  'llama-3.2-1b': { ...llama('Llama-3.2-1B-Instruct', 1.236e9, 16, 32), headDimension: 64 },
  'llama-3.2-3b': llama('Llama-3.2-3B-Instruct', 3.213e9, 28, 24),
  'llama-3.3-70b': llama('Llama-3.3-70B-Instruct', 70.55e9, 80, 64),
  'mistral-7b': model('mistralai/Mistral-7B-Instruct-v0.3', 7.25e9, 32, 32, 8),
  'mixtral-8x7b': model('mistralai/Mixtral-8x7B-Instruct-v0.1', 46.7e9, 32, 32, 8),
  'qwen2.5-7b': model('Qwen/Qwen2.5-7B-Instruct', 7.62e9, 28, 28, 4),
  'qwen2.5-14b': model('Qwen/Qwen2.5-14B-Instruct', 14.77e9, 48, 40, 8),
  'qwen2.5-32b': model('Qwen/Qwen2.5-32B-Instruct', 32.76e9, 64, 40, 8),
  'qwen2.5-72b': model('Qwen/Qwen2.5-72B-Instruct', 72.71e9, 80, 64, 8),
  'qwen3-8b': model('Qwen/Qwen3-8B', 8.19e9, 36, 32, 8),
  'qwen3-14b': model('Qwen/Qwen3-14B', 14.77e9, 40, 40, 8),
  'qwen3-32b': model('Qwen/Qwen3-32B', 32.76e9, 64, 64, 8),
  'qwen3-30b-a3b': model('Qwen/Qwen3-30B-A3B', 30.53e9, 48, 32, 4),
};

/** The model of a name or a repository, letter case aside; nothing where it is not in the table. */
export function findModel(name: string): ModelFacts | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(modelTable).find(
    ([known, { source }]) => known === wanted || source.toLowerCase() === wanted,
  )?.[1];
}

function llama(
  name: string,
  parameters: number,
  layers: number,
  attentionHeads: number,
): ModelFacts {
  return model(`meta-llama/${name}`, parameters, layers, attentionHeads, 8);
}

function model(
  source: string,
  parameters: number,
  layers: number,
  attentionHeads: number,
  kvHeads: number,
): ModelFacts {
  return { source, parameters, layers, attentionHeads, kvHeads, headDimension: 128 };
}

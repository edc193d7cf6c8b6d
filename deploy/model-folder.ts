import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { ModelFacts } from './model-facts.ts';

/** The facts of a model that lies in a folder with its `config.json`; `undefined` where there is none that can be read. */
export function readModelFolder(folder: string): ModelFacts | undefined {
  try {
    const config: unknown = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    return factsIn(config, folder, storedBytes(folder));
  } catch {
    // No folder, no file, no JSON: whatever it is, nothing is known of the model.
    return undefined;
  }
}

/** What the files of weights take, which is what they take of the GPUs. */
function storedBytes(folder: string): number {
  return readdirSync(folder)
    .filter((name) => /\.(?:safetensors|bin|gguf)$/u.test(name))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function factsIn(config: unknown, source: string, bytes: number): ModelFacts | undefined {
  const layers = numberOf(config, 'num_hidden_layers');
  const attentionHeads = numberOf(config, 'num_attention_heads');
  const hidden = numberOf(config, 'hidden_size');
  if (layers === undefined || attentionHeads === undefined || hidden === undefined)
    return undefined;
  if (bytes === 0) return undefined;
  return {
    source,
    weightBytes: bytes,
    layers,
    attentionHeads,
    kvHeads: numberOf(config, 'num_key_value_heads') ?? attentionHeads,
    headDimension: numberOf(config, 'head_dim') ?? hidden / attentionHeads,
  };
}

function numberOf(config: unknown, name: string): number | undefined {
  if (typeof config !== 'object' || config === null) return undefined;
  const value: unknown = Reflect.get(config, name);
  return typeof value === 'number' && value > 0 ? value : undefined;
}

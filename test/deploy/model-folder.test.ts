import { describe, expect, it } from 'vitest';

import { readModelFolder } from '../../deploy/model-folder.ts';
import { PlantedMachine } from '../support/machine.ts';

const config = {
  num_hidden_layers: 2,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  hidden_size: 512,
};

function factsOf(text: string, weights = 'x'.repeat(99)) {
  using folder = new PlantedMachine();
  folder.file('config.json', text);
  if (weights !== '') folder.file('model-1.safetensors', weights).file('README.md', 'x');
  const facts = readModelFolder(folder.root);
  return facts && { ...facts, source: facts.source === folder.root ? 'the folder' : '' };
}

describe('a model in a folder', () => {
  it('tells its layers and heads, and the bytes of its weights', () => {
    expect(factsOf(JSON.stringify(config))).toEqual({
      source: 'the folder',
      weightBytes: 100,
      layers: 2,
      attentionHeads: 8,
      kvHeads: 4,
      headDimension: 64,
    });
  });

  it('has the dimension that it names, and a KV head for each head where it names none', () => {
    const { num_key_value_heads: kvHeads, ...rest } = config;

    expect(kvHeads).toBe(4);
    expect(factsOf(JSON.stringify({ ...rest, head_dim: 128 }))).toMatchObject({
      kvHeads: 8,
      headDimension: 128,
    });
  });

  it.each([
    ['no JSON', '{', 'x'],
    ['no object', 'null', 'x'],
    ['no layers', '{"hidden_size": 8}', 'x'],
    ['layers that are no number', JSON.stringify({ ...config, num_hidden_layers: '2' }), 'x'],
    ['no weights', JSON.stringify(config), ''],
  ])('is unknown with %s', (_what, text, weights) => {
    expect(factsOf(text, weights)).toBeUndefined();
  });

  it('is unknown where there is no folder', () => {
    expect(readModelFolder('/nowhere')).toBeUndefined();
  });
});

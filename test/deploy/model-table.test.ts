import { describe, expect, it } from 'vitest';

import { findModel, modelTable } from '../../deploy/model-table.ts';

describe('the table of models', () => {
  it('finds a model by its name and by its repository, in any case', () => {
    const model = modelTable['llama-3-70b'];

    expect(findModel('Llama-3-70B')).toBe(model);
    expect(findModel('meta-llama/meta-llama-3-70b-instruct')).toBe(model);
    expect(findModel('llama')).toBeUndefined();
  });

  it.each(Object.entries(modelTable))('has heads of %s that come out even', (_name, model) => {
    expect(model.attentionHeads % model.kvHeads).toBe(0);
  });

  it.each(Object.entries(modelTable))('calls %s by the billions that it has', (name, model) => {
    const billions = Number(/-(\d+(?:\.\d+)?)b/u.exec(name)?.[1]);
    const all = name.includes('8x7b') ? 46.7 : billions;

    expect((model.parameters ?? 0) / 1e9 / all).toBeCloseTo(1, 0);
  });
});

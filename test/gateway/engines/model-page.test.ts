import { describe, expect, it } from 'vitest';

import { longestContext, readModels } from '../../../gateway/engines/model-page.ts';

const list = JSON.stringify({
  object: 'list',
  data: [
    { id: 'llama', owned_by: 'vllm', max_model_len: 8192 },
    { id: 'sql-lora', owned_by: 'vllm', parent: 'llama', max_model_len: null },
    { id: 'smol', owned_by: 'llamacpp', meta: { n_ctx: 2048, n_ctx_train: 8192 } },
    { owned_by: 'nobody' },
  ],
});

describe('the list of models', () => {
  it('names each model, adapters included, with its context where that is told', () => {
    expect(readModels(list)).toEqual([
      { id: 'llama', owner: 'vllm', contextTokensMax: 8192 },
      { id: 'sql-lora', owner: 'vllm', contextTokensMax: undefined },
      { id: 'smol', owner: 'llamacpp', contextTokensMax: 2048 },
    ]);
  });

  it('is empty where the page is something else', () => {
    expect(readModels(undefined)).toEqual([]);
    expect(readModels('<html>')).toEqual([]);
    expect(readModels('{"data":{"id":"x"}}')).toEqual([]);
  });

  it('gives the longest context, or none where nobody tells', () => {
    expect(longestContext(readModels(list))).toBe(8192);
    expect(longestContext(readModels('{"data":[{"id":"a"}]}'))).toBeUndefined();
    expect(longestContext([])).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';

import { openai } from '../../../gateway/engines/openai.ts';

describe('an engine that only speaks OpenAI’s API', () => {
  it('is known by a list of models, and tells its context at most', () => {
    const models = JSON.stringify({ data: [{ id: 'a', max_model_len: 4096 }] });
    expect(openai.recognise(new Map([['/v1/models', models]]))).toEqual({
      version: undefined,
      contextTokensMax: 4096,
      kvCapacityTokens: undefined,
      kvBlockTokens: undefined,
    });
  });

  it('is not what lists no model', () => {
    expect(openai.recognise(new Map([['/v1/models', '{"data":[]}']]))).toBeUndefined();
    expect(openai.recognise(new Map([['/v1/models', '<html>']]))).toBeUndefined();
  });

  it('is healthy while it lists them, and tells no load', () => {
    expect(openai.healthPath).toBe('/v1/models');
    expect(openai.loadSources).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { commonDialect, dialects } from '../../../gateway/dialects/catalog.ts';

describe('the dialects', () => {
  it('answer the calls that a gateway promises', () => {
    expect(dialects.flatMap(({ paths }) => [...paths.keys()])).toEqual([
      '/v1/chat/completions',
      '/v1/completions',
      '/generate',
      '/v1/embeddings',
      '/tokenize',
      '/detokenize',
      '/v1/rerank',
      '/v1/score',
    ]);
  });

  it('have names of their own', () => {
    expect(new Set(dialects.map(({ name }) => name)).size).toBe(dialects.length);
  });

  it('have one among them that speaks for paths of none', () => {
    expect(dialects).toContain(commonDialect);
  });
});

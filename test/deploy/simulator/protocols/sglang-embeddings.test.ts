import { describe, expect, it } from 'vitest';
import {
  sglangEmbeddingRoutes,
  sglangVectorRoutes,
} from '../../../../deploy/simulator/protocols/sglang-embeddings.ts';
import { aReplicaView } from '../../../support/simulator.ts';

async function ask(path: string, body: unknown): Promise<unknown> {
  const route = sglangEmbeddingRoutes[`POST ${path}`];
  if (route?.kind !== 'page') throw new Error(`no page ${path}`);
  const request = { query: new URLSearchParams(), body: JSON.stringify(body), name: '' };
  return JSON.parse((await route.page(aReplicaView(), request)).body) as unknown;
}

describe('an SGLang that serves an embedding model', () => {
  it('answers with vectors without an id', async () => {
    const answer = await ask('/v1/embeddings', { input: 'able about' });

    expect(Object.keys(answer as object)).toEqual(['data', 'model', 'object', 'usage']);
    expect(answer).toMatchObject({
      data: [{ index: 0, object: 'embedding', embedding: expect.any(Array) }],
      usage: { prompt_tokens: 2, total_tokens: 2 },
    });
  });

  it('answers with a score in a list for each text', async () => {
    expect(await ask('/v1/score', { query: 'able', items: ['about', 'above'] })).toMatchObject({
      scores: [[expect.any(Number)], [expect.any(Number)]],
      object: 'scoring',
    });
  });

  it('answers with a ranking that is a list', async () => {
    expect(await ask('/v1/rerank', { query: 'able', documents: ['about'] })).toEqual([
      { score: expect.any(Number), document: 'about', index: 0, meta_info: null },
    ]);
  });

  it('has nothing but vectors when it is old', () => {
    expect(Object.keys(sglangVectorRoutes)).toEqual(['POST /v1/embeddings']);
  });
});

import { describe, expect, it } from 'vitest';
import {
  vllmEmbeddingRoutes,
  vllmVectorRoutes,
} from '../../../../deploy/simulator/protocols/vllm-embeddings.ts';
import { aReplicaView, keyShape } from '../../../support/simulator.ts';

async function ask(path: string, body: unknown): Promise<unknown> {
  const route = vllmEmbeddingRoutes[`POST ${path}`];
  if (route?.kind !== 'page') throw new Error(`no page ${path}`);
  const request = { query: new URLSearchParams(), body: JSON.stringify(body), name: '' };
  return JSON.parse((await route.page(aReplicaView(), request)).body) as unknown;
}

const usage = [
  ['prompt_tokens', 'number'],
  ['total_tokens', 'number'],
  ['completion_tokens', 'number'],
  ['prompt_tokens_details', 'null'],
];
const envelope = [
  ['id', 'string'],
  ['object', 'string'],
  ['created', 'number'],
  ['model', 'string'],
];

describe('a vLLM that serves an embedding model', () => {
  it('answers with vectors under an envelope', async () => {
    const answer = await ask('/v1/embeddings', { input: ['able', 'about above'] });

    expect(keyShape(answer)).toEqual([
      ...envelope,
      [
        'data',
        [
          [
            ['index', 'number'],
            ['object', 'string'],
            ['embedding', ['number']],
          ],
        ],
      ],
      ['usage', usage],
    ]);
    expect(answer).toMatchObject({
      object: 'list',
      model: 'served-model',
      data: [
        { index: 0, object: 'embedding' },
        { index: 1, object: 'embedding' },
      ],
      usage: { prompt_tokens: 3, total_tokens: 3, completion_tokens: 0 },
    });
  });

  it('answers with scores under the same envelope', async () => {
    const answer = await ask('/v1/score', { text_1: 'able', text_2: ['about'] });

    expect(keyShape(answer)).toEqual([
      ...envelope,
      [
        'data',
        [
          [
            ['index', 'number'],
            ['object', 'string'],
            ['score', 'number'],
          ],
        ],
      ],
      ['usage', usage],
    ]);
  });

  it('answers with a ranking that holds the documents', async () => {
    const answer = await ask('/rerank', { query: 'able', documents: ['about', 'above'] });

    expect(answer).toMatchObject({
      id: expect.stringMatching(/^rerank-[0-9a-f]{16}$/),
      model: 'served-model',
      usage: { prompt_tokens: 3, total_tokens: 3 },
      results: [
        { document: { text: expect.any(String) }, relevance_score: expect.any(Number) },
        { document: { text: expect.any(String) }, relevance_score: expect.any(Number) },
      ],
    });
  });

  it('has nothing but vectors when it is old', () => {
    expect(Object.keys(vllmVectorRoutes)).toEqual(['POST /v1/embeddings']);
  });
});

import { describe, expect, it } from 'vitest';
import {
  type EmbeddingBodies,
  embeddingsRoutes,
  rankingRoutes,
} from '../../../../deploy/simulator/protocols/embedding-pages.ts';
import { aReplicaView } from '../../../support/simulator.ts';
import { RequestRefused } from '../../../../deploy/simulator/refusal.ts';

/** Shows what it is given. */
const bare: EmbeddingBodies = {
  embeddings: (vectors, tokens) => ({ vectors, tokens }),
  scores: (scores, tokens) => ({ scores, tokens }),
  ranking: (ranked, tokens) => ({ ranked, tokens }),
};

const routes = { ...embeddingsRoutes(bare), ...rankingRoutes(bare) };

async function ask(path: string, body: unknown, prefilled: number[] = []): Promise<unknown> {
  const route = routes[`POST ${path}`];
  if (route?.kind !== 'page') throw new Error(`no page ${path}`);
  const replica = aReplicaView({
    prefill: (tokens) => {
      prefilled.push(tokens);
      return Promise.resolve();
    },
  });
  const request = { query: new URLSearchParams(), body: JSON.stringify(body), name: '' };
  const answer = await route.page(replica, request);
  return JSON.parse(answer.body);
}

describe('embeddings', () => {
  it('are a vector of eight parts from -1 to 1 for each text', async () => {
    const { vectors } = (await ask('/v1/embeddings', { model: 'm', input: ['able', 'about'] })) as {
      vectors: number[][];
    };

    expect(vectors).toHaveLength(2);
    for (const vector of vectors) {
      expect(vector).toHaveLength(8);
      expect(vector.filter((part) => Math.abs(part) > 1)).toEqual([]);
    }
    expect(vectors[0]).not.toEqual(vectors[1]);
  });

  it('are the same for a text and for its tokens', async () => {
    expect(await ask('/v1/embeddings', { input: 'able' })).toEqual(
      await ask('/v1/embeddings', { input: [256] }),
    );
  });

  it('take each text through the engine and count all tokens', async () => {
    const prefilled: number[] = [];
    const answer = await ask('/v1/embeddings', { input: ['able about', 'above'] }, prefilled);

    expect(prefilled).toEqual([2, 1]);
    expect(answer).toMatchObject({ tokens: 3 });
  });

  it('refuse what is no text', async () => {
    await expect(ask('/v1/embeddings', { input: [] })).rejects.toThrow(RequestRefused);
    await expect(ask('/v1/embeddings', {})).rejects.toThrow(RequestRefused);
  });
});

describe('scores', () => {
  it.each(['/score', '/v1/score'])('of %s are one from 0 to 1 for each text', async (path) => {
    const { scores } = (await ask(path, { text_1: 'able', text_2: ['about', 'above'] })) as {
      scores: number[];
    };

    expect(scores).toHaveLength(2);
    expect(scores.filter((score) => score < 0 || score > 1)).toEqual([]);
  });

  it('read the names of either engine', async () => {
    expect(await ask('/score', { query: 'able', items: ['about'] })).toEqual(
      await ask('/score', { text_1: 'able', text_2: 'about' }),
    );
  });

  it('count the query and every text', async () => {
    expect(await ask('/score', { text_1: 'able', text_2: ['about above'] })).toMatchObject({
      tokens: 3,
    });
  });
});

describe('a ranking', () => {
  const documents = ['about', 'above', 'across', 'act'];

  it.each(['/rerank', '/v1/rerank'])('of %s has the best document first', async (path) => {
    const { ranked } = (await ask(path, { query: 'able', documents })) as {
      ranked: { index: number; text: string; score: number }[];
    };
    const scores = ranked.map(({ score }) => score);

    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(ranked.map(({ index }) => documents[index])).toEqual(ranked.map(({ text }) => text));
    expect(new Set(ranked.map(({ index }) => index)).size).toBe(4);
  });

  it('gives each document the score that it has by itself', async () => {
    const { ranked } = (await ask('/rerank', { query: 'able', documents })) as {
      ranked: { text: string; score: number }[];
    };
    const { scores } = (await ask('/score', { text_1: 'able', text_2: documents })) as {
      scores: number[];
    };

    expect(ranked.find(({ text }) => text === 'across')?.score).toBe(scores[2]);
  });

  it.each([
    [{ documents }],
    [{ query: 'able' }],
    [{ query: 'able', documents: [1] }],
    [{ query: 7, documents }],
  ])('refuses %j', async (body) => {
    await expect(ask('/rerank', body)).rejects.toThrow(RequestRefused);
  });
});

import { type EmbeddingBodies, embeddingsRoutes, rankingRoutes } from './embedding-pages.ts';
import type { Route } from './protocol.ts';

/** What SGLang answers when it serves an embedding model. */
const bodies: EmbeddingBodies = {
  embeddings: (vectors, tokens, { model }) => ({
    data: vectors.map((embedding, index) => ({ embedding, index, object: 'embedding' })),
    model,
    object: 'list',
    usage: usage(tokens),
  }),
  scores: (scores, tokens, { model }) => ({
    scores: scores.map((score) => [score]),
    model,
    usage: usage(tokens),
    object: 'scoring',
  }),
  ranking: (ranked) =>
    ranked.map(({ index, text, score }) => ({ score, document: text, index, meta_info: null })),
};

/** Routes of an old SGLang that serves an embedding model. */
export const sglangVectorRoutes: Readonly<Record<string, Route>> = embeddingsRoutes(bodies);

/** Routes of a current SGLang that serves an embedding model: scores and rankings too. */
export const sglangEmbeddingRoutes: Readonly<Record<string, Route>> = {
  ...sglangVectorRoutes,
  ...rankingRoutes(bodies),
};

function usage(tokens: number): Readonly<Record<string, number>> {
  return { prompt_tokens: tokens, total_tokens: tokens, completion_tokens: 0 };
}

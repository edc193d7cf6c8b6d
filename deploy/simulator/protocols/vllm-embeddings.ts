import { derivedId } from '../derived-id.ts';
import type { ReplicaView } from '../replica-view.ts';
import { type EmbeddingBodies, embeddingsRoutes, rankingRoutes } from './embedding-pages.ts';
import type { Route } from './protocol.ts';

/** What vLLM answers when it serves an embedding model. */
const bodies: EmbeddingBodies = {
  embeddings: (vectors, tokens, replica) => ({
    ...envelope('embd', replica),
    data: vectors.map((embedding, index) => ({ index, object: 'embedding', embedding })),
    usage: usage(tokens),
  }),
  scores: (scores, tokens, replica) => ({
    ...envelope('score', replica),
    data: scores.map((score, index) => ({ index, object: 'score', score })),
    usage: usage(tokens),
  }),
  ranking: (ranked, tokens, replica) => ({
    id: envelope('rerank', replica).id,
    model: replica.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    results: ranked.map(({ index, text, score }) => ({
      index,
      document: { text, multi_modal: null },
      relevance_score: score,
    })),
  }),
};

/** Routes of an old vLLM that serves an embedding model. */
export const vllmVectorRoutes: Readonly<Record<string, Route>> = embeddingsRoutes(bodies);

/** Routes of a current vLLM that serves an embedding model: scores and rankings too. */
export const vllmEmbeddingRoutes: Readonly<Record<string, Route>> = {
  ...vllmVectorRoutes,
  ...rankingRoutes(bodies),
};

function envelope(
  kind: string,
  replica: ReplicaView,
): { id: string; object: string; created: number; model: string } {
  const id = derivedId(kind, String(replica.nowSeconds())).slice(0, 16);
  const created = Math.floor(replica.nowSeconds());
  return { id: `${kind}-${id}`, object: 'list', created, model: replica.model };
}

function usage(tokens: number): Readonly<Record<string, unknown>> {
  return {
    prompt_tokens: tokens,
    total_tokens: tokens,
    completion_tokens: 0,
    prompt_tokens_details: null,
  };
}

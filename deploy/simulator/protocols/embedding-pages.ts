import { BodyFields, isListOf, parseBody } from '../body-fields.ts';
import { drawFromChain, chainOf, extendChain } from '../hash-chain.ts';
import { jsonAnswer } from '../plain-answer.ts';
import { type Prompt, promptOfText, readPrompts } from '../prompts.ts';
import { RequestRefused } from '../refusal.ts';
import type { ReplicaView } from '../replica-view.ts';
import type { Page, Route } from './protocol.ts';

/** Length of a simulated vector: enough to tell texts apart, short enough to read. */
const DIMENSIONS = 8;

/** How an engine writes the answers of an embedding model. */
export interface EmbeddingBodies {
  embeddings(
    vectors: readonly (readonly number[])[],
    tokens: number,
    replica: ReplicaView,
  ): unknown;
  scores(scores: readonly number[], tokens: number, replica: ReplicaView): unknown;
  /** `ranked` holds documents, best first. */
  ranking(ranked: readonly RankedDocument[], tokens: number, replica: ReplicaView): unknown;
}

/** A document and how well it fits the query, 0 to 1. */
export interface RankedDocument {
  readonly index: number;
  readonly text: string;
  readonly score: number;
}

/** Routes that turn texts into vectors. */
export function embeddingsRoutes(bodies: EmbeddingBodies): Readonly<Record<string, Route>> {
  return { 'POST /v1/embeddings': { kind: 'page', page: embeddingsPage(bodies) } };
}

/** Routes that weigh texts against a query. */
export function rankingRoutes(bodies: EmbeddingBodies): Readonly<Record<string, Route>> {
  const score: Route = { kind: 'page', page: scorePage(bodies) };
  const rerank: Route = { kind: 'page', page: rerankPage(bodies) };
  return {
    'POST /v1/score': score,
    'POST /score': score,
    'POST /v1/rerank': rerank,
    'POST /rerank': rerank,
  };
}

function embeddingsPage(bodies: EmbeddingBodies): Page {
  return async (replica, request) => {
    const prompts = readPrompts(inputAsPrompt(request.body), 'completions', 'refused');
    const tokens = await prefillAll(replica, prompts);
    return jsonAnswer(200, bodies.embeddings(prompts.map(vectorOf), tokens, replica));
  };
}

function scorePage(bodies: EmbeddingBodies): Page {
  return async (replica, request) => {
    const fields = new BodyFields(parseBody(request.body));
    const [query = ''] = fields.texts(fields.raw('text_1') === undefined ? 'query' : 'text_1');
    const items = fields.texts(fields.raw('text_2') === undefined ? 'items' : 'text_2');
    const tokens = await prefillAll(replica, [query, ...items].map(promptOfText));
    const scores = items.map((item) => fitOf(query, item));
    return jsonAnswer(200, bodies.scores(scores, tokens, replica));
  };
}

function rerankPage(bodies: EmbeddingBodies): Page {
  return async (replica, request) => {
    const fields = new BodyFields(parseBody(request.body));
    const query = fields.text('query') ?? fields.missing('query');
    const documents = fields.list('documents') ?? fields.missing('documents');
    if (!isListOf(documents, 'string')) {
      const refusal = {
        kind: 'bad-type',
        field: 'documents',
        expected: 'list',
        found: documents,
      } as const;
      throw new RequestRefused(refusal);
    }
    const tokens = await prefillAll(replica, [query, ...documents].map(promptOfText));
    const ranked = documents
      .map((text, index) => ({ index, text, score: fitOf(query, text) }))
      .toSorted((a, b) => b.score - a.score);
    return jsonAnswer(200, bodies.ranking(ranked, tokens, replica));
  };
}

/** An embedding body's `input` is read as a completion's `prompt` is. */
function inputAsPrompt(body: string): BodyFields {
  const { input, ...rest } = parseBody(body);
  return new BodyFields({ ...rest, prompt: input });
}

/** Prompts go through the engine one after the other; returns their tokens. */
async function prefillAll(replica: ReplicaView, prompts: readonly Prompt[]): Promise<number> {
  let tokens = 0;
  for (const { ids } of prompts) {
    tokens += ids.length;
    await replica.prefill(ids.length);
  }
  return tokens;
}

/** A vector that follows from a text's tokens alone, each part from -1 to 1. */
function vectorOf({ ids }: Prompt): readonly number[] {
  const chain = chainOf(ids, 0);
  return Array.from({ length: DIMENSIONS }, (_, part) => {
    const drawn = drawFromChain(extendChain(chain, part));
    return Math.round((drawn / 2 ** 31 - 1) * 1e6) / 1e6;
  });
}

/** How well a text fits a query, 0 to 1: follows from both alone. */
function fitOf(query: string, text: string): number {
  const chain = chainOf([...promptOfText(query).ids, ...promptOfText(text).ids], 0);
  return Math.round((drawFromChain(chain) / 2 ** 32) * 1e6) / 1e6;
}

import type { EnginePage } from './engine-kind.ts';

/**
 * What came of the question for a token: one, a refusal that would be the same another time, one that would not and
 * tells nothing of the engine, or nothing.
 */
export type TokenAnswer = 'token' | 'refusal' | 'postponed' | 'silence';

/** Posts JSON to a path of one engine. Rejects when no whole answer comes. */
export type PostPage = (path: string, json: string, signal: AbortSignal) => Promise<EnginePage>;

/** Every engine has it, also those whose model generates nothing; these refuse it. */
const COMPLETIONS_PATH = '/v1/completions';

/** Statuses of who cannot be asked; a full queue (429, 503) and a proxy's bad hour pass. llama.cpp says 501 of embeddings. */
const LASTING_STATUSES: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 422, 501]);

/**
 * Asks an engine for one token, the cheapest proof that it generates: a front end answers `/health` and pages also
 * while its engine stands still. Never rejects.
 */
export async function askForToken(
  post: PostPage,
  model: string,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const question = { model, prompt: '1', max_tokens: 1, temperature: 0 };
  try {
    const { status } = await post(COMPLETIONS_PATH, JSON.stringify(question), signal);
    if (status === 200) return 'token';
    return LASTING_STATUSES.has(status) ? 'refusal' : 'postponed';
  } catch {
    // Whether nobody is there or nobody speaks is what the looks at its pages find out.
    return 'silence';
  }
}

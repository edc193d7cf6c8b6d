import type { EnginePage } from './engine-kind.ts';

/** What came of the question for a token: one, a refusal that tells nothing of the engine, or nothing. */
export type TokenAnswer = 'token' | 'refusal' | 'silence';

/** Posts JSON to a path of one engine. Rejects when no whole answer comes. */
export type PostPage = (path: string, json: string, signal: AbortSignal) => Promise<EnginePage>;

/** Every engine has it, also those whose model generates nothing; these refuse it. */
const COMPLETIONS_PATH = '/v1/completions';

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
    return status === 200 ? 'token' : 'refusal';
  } catch {
    // Whether nobody is there or nobody speaks is what the looks at its pages find out.
    return 'silence';
  }
}

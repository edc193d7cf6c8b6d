import type { Recorder } from '../../telemetry/recorder.ts';

/** Ends that a client can bring about while an engine works: it leaves, or the time limit that it set runs out. */
const CUT_SHORT: ReadonlySet<string | undefined> = new Set(['client_closed', 'engine_timeout']);

/**
 * Tokens that a request used of its tenant's quota, prompt and answer, by the engine's count where it told one.
 * One that failed before its first token used none, unless it was cut short while an engine worked for it: else
 * a short time limit would buy any work for nothing. What an engine made of a whole answer by then shows nowhere,
 * so that one counts as long as it was expected to be.
 */
export function usedTokens(recorder: Recorder): number {
  const { errorCode, attempts, promptTokens, promptTokensEstimate = 0 } = recorder;
  const prompt = promptTokens ?? promptTokensEstimate;
  const output = recorder.outputTokens ?? recorder.timer.tokens;
  if (errorCode === undefined || output > 0) return prompt + output;
  const isCutShort = CUT_SHORT.has(errorCode) && attempts.length > 0;
  return isCutShort ? prompt + unseenTokens(recorder) : 0;
}

/** What an engine may have made of an answer of which nothing came. A stream would have shown it. */
function unseenTokens({ streamed, outputTokensEstimate = 0 }: Recorder): number {
  return streamed ? 0 : Math.ceil(outputTokensEstimate);
}

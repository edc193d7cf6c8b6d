import type { Recorder } from '../../telemetry/recorder.ts';

/**
 * Tokens that a request used of its tenant's quota, prompt and answer, by the engine's count where it told one.
 * One that failed before its first token used none, unless its client left while an engine worked for it.
 */
export function usedTokens(recorder: Recorder): number {
  const { errorCode, attempts, promptTokens, promptTokensEstimate = 0 } = recorder;
  const outputTokens = recorder.outputTokens ?? recorder.timer.tokens;
  const leftAtWork = errorCode === 'client_closed' && attempts.length > 0;
  if (errorCode !== undefined && outputTokens === 0 && !leftAtWork) return 0;
  return (promptTokens ?? promptTokensEstimate) + outputTokens;
}

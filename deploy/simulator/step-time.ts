/** What one iteration of an engine does. */
export interface StepLoad {
  /** Prompt tokens computed in it; 0 in a pure decode step. */
  readonly prefillTokens: number;
  /** Sequences that get one more token each; 0 in a pure prefill step. */
  readonly decodeSequences: number;
  /** KV tokens that the decoding sequences read. */
  readonly decodeKvTokens: number;
}

/** How long iterations take on one set of GPUs: a linear fit, in milliseconds. */
export interface StepTimes {
  readonly prefillBaseMs: number;
  readonly prefillMsPerToken: number;
  /** Largest batch that runs as a captured CUDA graph; above it the eager figures hold. */
  readonly graphSequencesMax: number;
  readonly graphBaseMs: number;
  readonly graphMsPerSequence: number;
  readonly eagerBaseMs: number;
  readonly eagerMsPerSequence: number;
  readonly decodeMsPerKvToken: number;
}

/** Milliseconds of one iteration. A mixed one reads the weights once and pays the larger base. */
export function stepMs(times: StepTimes, load: StepLoad): number {
  const prefillBase = load.prefillTokens > 0 ? times.prefillBaseMs : 0;
  const prefill = times.prefillMsPerToken * load.prefillTokens;
  const batch = load.decodeSequences;
  if (batch === 0) return prefillBase + prefill;
  const isGraph = batch <= times.graphSequencesMax;
  const decodeBase = isGraph ? times.graphBaseMs : times.eagerBaseMs;
  const perSequence = isGraph ? times.graphMsPerSequence : times.eagerMsPerSequence;
  const decode = perSequence * batch + times.decodeMsPerKvToken * load.decodeKvTokens;
  return Math.max(prefillBase, decodeBase) + prefill + decode;
}

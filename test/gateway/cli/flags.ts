import type { ReplayFlags } from '../../../gateway/cli/replay-flags.ts';

/** The flags of `gateway replay` with their defaults, and a few that were given. */
export function replayFlagsOf(given: Partial<ReplayFlags> = {}): ReplayFlags {
  return {
    speed: 3,
    policy: 'kv-aware',
    admission: 'late-binding',
    rules: '0.2.14',
    seed: 1,
    warmupRequests: 1,
    ...given,
  };
}

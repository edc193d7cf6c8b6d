import type { CancelTimer, Clock } from '../clock.ts';

/** Looks in the longest gap: one that is too long is seen within a quarter more of it. */
const LOOKS = 4;

/** What is watched. */
export interface GapWatchParts {
  readonly clock: Clock;
  readonly gapMsMax: number;
  /** Tokens so far. */
  readonly tokens: () => number;
  /** The engine is held back: its silence is not its own. */
  readonly isPaused: () => boolean;
  readonly tooLong: () => void;
}

/**
 * Watches a stream for a gap between two tokens that is too long. It looks now and then, so that a token costs nothing;
 * the wait for the first one is none of its.
 */
export function watchGaps({ clock, gapMsMax, ...parts }: GapWatchParts): CancelTimer {
  let seen = 0;
  let stillLooks = 0;
  let cancel = clock.after(gapMsMax / LOOKS, look);

  function look(): void {
    const tokens = parts.tokens();
    const isStill = tokens > 0 && tokens === seen && !parts.isPaused();
    stillLooks = isStill ? stillLooks + 1 : 0;
    seen = tokens;
    if (stillLooks === LOOKS) return parts.tooLong();
    cancel = clock.after(gapMsMax / LOOKS, look);
  }

  return () => cancel();
}

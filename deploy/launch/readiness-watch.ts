import type { Failure } from './failure.ts';
import type { LaunchClock } from './launch-clock.ts';

/** What a replica's health is followed with. */
export interface ReadinessTerms {
  readonly clock: LaunchClock;
  /** Whether the engine answers well; takes a few seconds at most and never rejects. */
  readonly isReady: () => Promise<boolean>;
  /** From the start to the first good answer; asked at each look. */
  readonly readyMsMax: () => number;
}

/** Told what becomes of a replica that was started. */
export interface ReadinessListener {
  /** It answers for the first time. */
  ready(): void;
  /** It has answered well for a minute: its next failure is a first one again. */
  steady(): void;
  /** It did not come up, or hangs. The watch is over. */
  lost(failure: Omit<Failure, 'tail'>): void;
}

/** Between two looks at one that starts. */
const STARTING_LOOK_MS = 500;

/** Between two looks at one that is ready. */
const READY_LOOK_MS = 5_000;

/** SGLang may leave its health page unanswered for 20 s under load; one that is silent for longer hangs. */
export const UNHEALTHY_MS_MAX = 120_000;

/** Ready for so long, a replica has got over what made it fail. */
export const STEADY_MS = 60_000;

/** Follows a replica from its start until the result is called. */
export function watchReadiness(terms: ReadinessTerms, listener: ReadinessListener): () => void {
  const { clock, isReady, readyMsMax } = terms;
  const startedMs = clock.nowMs();
  let readySinceMs: number | undefined;
  let lastGoodMs = startedMs;
  let isOver = false;

  const look = async (): Promise<void> => {
    const isGood = await isReady();
    if (isOver) return;
    const nowMs = clock.nowMs();
    if (isGood) lastGoodMs = nowMs;
    if (readySinceMs === undefined) {
      if (isGood) {
        readySinceMs = nowMs;
        listener.ready();
      } else if (nowMs - startedMs >= readyMsMax()) return listener.lost(late(readyMsMax()));
    } else if (nowMs - lastGoodMs >= UNHEALTHY_MS_MAX) return listener.lost(UNHEALTHY);
    else if (nowMs - readySinceMs >= STEADY_MS) listener.steady();
    lookAgain();
  };
  let cancelTimer: () => void = () => undefined;
  const lookAgain = (): void => {
    const delayMs = readySinceMs === undefined ? STARTING_LOOK_MS : READY_LOOK_MS;
    cancelTimer = clock.after(delayMs, () => void look());
  };
  lookAgain();
  return () => {
    isOver = true;
    cancelTimer();
  };
}

function late(readyMsMax: number): Omit<Failure, 'tail'> {
  const sentence = `it was not ready within ${readyMsMax / 1_000} s: launch.readyMsMax gives it longer`;
  return { kind: 'not-ready-in-time', sentence };
}

const UNHEALTHY: Omit<Failure, 'tail'> = {
  kind: 'unhealthy',
  sentence: `its health page has not answered well for ${UNHEALTHY_MS_MAX / 1_000} s`,
};

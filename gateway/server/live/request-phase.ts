import type { Recorder } from '../../../telemetry/recorder.ts';
import type { RequestPhase } from './page/model/live-events.ts';

/** Where an open request is, by what its record knows. */
export function phaseOf({ attempts, streamed, timer }: Recorder): RequestPhase {
  if (attempts.length === 0) return 'waiting';
  if (!streamed) return 'computing';
  return timer.outputs === 0 ? 'prefill' : 'streaming';
}

/** When an open request last did something: its last output, else its being sent, else its coming. */
export function lastMovedMs({ timer, lastAttempt }: Recorder): number {
  return timer.lastOutputMs ?? lastAttempt?.startMs ?? timer.receivedMs;
}

import type { Fleet } from '../../routing/fleet.ts';
import { LOOK_MS } from '../../routing/fleet.ts';
import type { ReplicaId } from '../../routing/replica.ts';
import type { CancelTimer, Clock } from '../clock.ts';
import type { TokenAnswer } from '../engines/catalog.ts';
import { beat } from './repeat.ts';

/** What a replica is listened to with. */
export interface StallTerms {
  readonly id: ReplicaId;
  readonly fleet: Fleet;
  readonly clock: Clock;
  /** Asks the replica for one token. Never rejects. */
  readonly askForToken: (signal: AbortSignal) => Promise<TokenAnswer>;
  /** Told of a look that broke on a bug of ours; the next one comes all the same. */
  readonly crashed?: ((error: unknown) => void) | undefined;
}

/** Told what is heard, at every look. */
export interface StallListener {
  /** It has said nothing for so long, nor answered a question. Its open requests will get nothing more. */
  stalled(silentMs: number): void;
  /** It fell quiet, or speaks again: who waits may have another look. */
  turned(): void;
  /** A look was taken and found no stall. */
  looked(): void;
}

/** Looks at a replica's open requests again and again, and asks it for a token where all of them stand. */
export function watchStalls(
  { id, fleet, clock, askForToken, crashed }: StallTerms,
  listener: StallListener,
): CancelTimer {
  let question = new AbortController();
  let wasQuiet = false;
  const isQuiet = (): boolean => fleet.silence(id)?.isQuiet ?? false;
  const turn = (): void => {
    if (wasQuiet === isQuiet()) return;
    wasQuiet = !wasQuiet;
    listener.turned();
  };
  const ask = async (): Promise<void> => {
    question.abort();
    question = new AbortController();
    const { signal } = question;
    const answer = await askForToken(signal);
    if (signal.aborted) return;
    if (answer === 'token') fleet.silence(id)?.answered();
    if (answer === 'refusal') fleet.silence(id)?.unanswerable();
    if (answer === 'postponed') fleet.silence(id)?.postponed();
    turn();
  };
  const look = (): void => {
    const finding = fleet.listen(id, clock.nowMs());
    if (finding === 'moving') question.abort();
    if (finding === 'ask') ask().catch((error: unknown) => crashed?.(error));
    turn();
    if (finding === 'stalled') listener.stalled(fleet.silence(id)?.silentMs ?? 0);
    else listener.looked();
  };
  const endLooks = beat({ clock, intervalMs: LOOK_MS, crashed }, look);
  return () => {
    question.abort();
    endLooks();
  };
}

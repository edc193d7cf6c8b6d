import type { CancelTimer } from '../clock.ts';
import type { ReadPage } from '../engines/catalog.ts';
import { MODELS_PATH, readModels } from '../engines/catalog.ts';
import { FailureStreak } from './failure-streak.ts';
import { repeat } from './repeat.ts';
import type { WatchTerms } from './watch-terms.ts';

/** What one look at an engine's health says. All are expected outcomes. */
export type Health =
  | { readonly kind: 'good' }
  /** The engine itself says that it cannot serve: it starts, drains or has lost its process. */
  | { readonly kind: 'declined'; readonly reason: string; readonly status: number }
  /** Nothing came; it may be the network, or an engine too busy to answer. */
  | { readonly kind: 'silent'; readonly reason: string };

/** Told what the checks find. */
export interface HealthListener {
  /** It says that it cannot serve, with this status; `reason` is for people. */
  declined(reason: string, status: number): void;
  /** It has said nothing for as often as may be. */
  silent(reason: string): void;
  /** The models that it lists at present: adapters come and go while an engine runs. */
  lists(models: readonly string[]): void;
}

/** Checks an engine's health again and again, the first time after an interval. A refusal counts at once, silence when it lasts. */
export function watchHealth(
  { clock, readPage, limits, crashed }: WatchTerms,
  path: string,
  listener: HealthListener,
): CancelTimer {
  const { healthIntervalMs, healthTimeoutMs, failuresMax } = limits;
  const streak = new FailureStreak(failuresMax);
  const options = {
    clock,
    // The search that found the engine has just checked it.
    delayMs: healthIntervalMs,
    intervalMs: healthIntervalMs,
    timeLimitMs: healthTimeoutMs,
    crashed,
  };
  return repeat(options, async (signal, isOver) => {
    const health = await checkHealth(readPage, path, signal);
    if (isOver()) return;
    if (health.kind === 'good') {
      streak.succeeded();
      const models = await listModels(readPage, signal);
      if (models !== undefined && !isOver()) listener.lists(models);
    } else if (health.kind === 'declined') {
      listener.declined(health.reason, health.status);
    } else if (streak.failed()) {
      listener.silent(health.reason);
    }
  });
}

/** Looks at an engine's health once. Never rejects. */
export async function checkHealth(
  readPage: ReadPage,
  path: string,
  signal: AbortSignal,
): Promise<Health> {
  try {
    const { status } = await readPage(path, signal);
    if (status === 200) return { kind: 'good' };
    return { kind: 'declined', reason: `it answers ${status} to ${path}`, status };
  } catch (error) {
    return { kind: 'silent', reason: reasonOf(error) };
  }
}

/** An error in words for the log. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `undefined` where the list does not come: it is only looked at on the way. */
async function listModels(
  readPage: ReadPage,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const page = await readPage(MODELS_PATH, signal).catch(() => undefined);
  return page?.status === 200 ? readModels(page.body).map(({ id }) => id) : undefined;
}

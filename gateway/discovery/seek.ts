import type { CancelTimer } from '../clock.ts';
import type { EngineName, FoundEngine } from '../engines/catalog.ts';
import { probeEngine } from '../engines/catalog.ts';
import { backoffMs } from './backoff.ts';
import { checkHealth } from './health-check.ts';
import { withTimeLimit } from './repeat.ts';
import type { WatchTerms } from './watch-terms.ts';

/** What an engine is sought with. */
export interface SeekTerms extends WatchTerms {
  /** 0 up to 1; spreads retries. */
  readonly random: () => number;
  /** The engine, where it is not to be asked for. */
  readonly named: EngineName | undefined;
}

/** Told what the search meets, until it is cancelled or has found. */
export interface SeekListener {
  /** The engine answers and is healthy. The search is over. */
  found(engine: FoundEngine): void;
  /** Not yet; `reason` is for people. */
  absent(reason: string): void;
}

/** Asks for an engine until it is there, at growing intervals, the first time after `delayMs`. */
export function seekEngine(terms: SeekTerms, delayMs: number, listener: SeekListener): CancelTimer {
  const { clock, limits, random } = terms;
  const stopping = new AbortController();
  let failures = 0;
  let successes = 0;
  let cancelTimer = clock.after(delayMs, () => void seek());

  const seek = async (): Promise<void> => {
    const { signal } = stopping;
    const met = await withTimeLimit(clock, limits.healthTimeoutMs, signal, (limit) =>
      ask(terms, limit),
    );
    if (signal.aborted) return;
    let waitMs: number;
    if (typeof met === 'string') {
      successes = 0;
      failures += 1;
      listener.absent(met);
      waitMs = backoffMs(failures, limits.retryMsMax, random);
    } else {
      successes += 1;
      if (successes >= limits.successesMin) return listener.found(met);
      waitMs = limits.healthIntervalMs;
    }
    cancelTimer = clock.after(waitMs, () => void seek());
  };

  return () => {
    stopping.abort();
    cancelTimer();
  };
}

/** The engine, known and healthy, or why there is none. */
async function ask(
  { readPage, named }: SeekTerms,
  signal: AbortSignal,
): Promise<FoundEngine | string> {
  const result = await probeEngine(readPage, named, signal);
  if (result.kind === 'absent') return result.reason;
  const health = await checkHealth(readPage, result.engine.kind.healthPath, signal);
  return health.kind === 'good' ? result.engine : health.reason;
}

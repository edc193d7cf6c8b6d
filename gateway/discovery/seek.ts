import type { CancelTimer } from '../clock.ts';
import type { EngineName, FoundEngine, TokenAnswer } from '../engines/catalog.ts';
import { askForToken, probeEngine } from '../engines/catalog.ts';
import { backoffMs } from './backoff.ts';
import { checkHealth } from './health-check.ts';
import { crashPauseMs, withTimeLimit } from './repeat.ts';
import type { WatchTerms } from './watch-terms.ts';

/** What an engine is sought with. */
export interface SeekTerms extends WatchTerms {
  /** 0 up to 1; spreads retries. */
  readonly random: () => number;
  /** The engine, where it is not to be asked for. */
  readonly named: EngineName | undefined;
  /** Its pages are not enough: it has to give a token too, since it stood still while they were well. */
  readonly mustGenerate?: boolean | undefined;
}

/** Told what the search meets, until it is cancelled or has found. */
export interface SeekListener {
  /** The engine answers and is healthy. The search is over. */
  found(engine: FoundEngine): void;
  /** Not yet; `reason` is for people. */
  absent(reason: string, kind: Absence['kind']): void;
}

/** Why no engine is found yet. */
interface Absence {
  /** Whether something answers at all. */
  readonly kind: 'silent' | 'unfit';
  readonly reason: string;
}

/**
 * How long a question for a token stays open: one who goes on answers it at once, and who does not shall not find
 * a heap of them. It grows with the search, since one that others use is slower.
 */
const TOKEN_MS_MIN = 5_000;
const TOKEN_MS_MAX = 15_000;
const TOKEN_SHARE_OF_SEARCH = 0.1;

/** Asks for an engine until it is there, at growing intervals, the first time after `delayMs`. */
export function seekEngine(terms: SeekTerms, delayMs: number, listener: SeekListener): CancelTimer {
  const { clock, limits, random, crashed } = terms;
  const stopping = new AbortController();
  const { signal } = stopping;
  let failures = 0;
  let crashes = 0;
  let successes = 0;
  const beganMs = clock.nowMs();
  let cancelTimer = clock.after(delayMs, () => void seek());

  const seek = async (): Promise<void> => {
    let waitMs: number | undefined;
    try {
      waitMs = await tryOnce();
      crashes = 0;
    } catch (error) {
      crashes += 1;
      crashed?.(error);
      waitMs = crashPauseMs(crashes);
    }
    if (signal.aborted || waitMs === undefined) return;
    cancelTimer = clock.after(waitMs, () => void seek());
  };

  /** Milliseconds until the next try; `undefined` when the search is over. Rejects on bugs alone. */
  const tryOnce = async (): Promise<number | undefined> => {
    const met = await meet(terms, clock.nowMs() - beganMs, signal);
    if (signal.aborted) return undefined;
    if ('reason' in met) {
      successes = 0;
      failures += 1;
      listener.absent(met.reason, met.kind);
      return backoffMs(failures, limits.retryMsMax, random);
    }
    successes += 1;
    if (successes < limits.successesMin) return limits.healthIntervalMs;
    listener.found(met);
    return undefined;
  };

  return () => {
    stopping.abort();
    cancelTimer();
  };
}

/** The engine, known, healthy and generating where it has to, or why there is none. */
async function meet(
  terms: SeekTerms,
  searchMs: number,
  signal: AbortSignal,
): Promise<FoundEngine | Absence> {
  const { clock, limits, mustGenerate = false } = terms;
  const met = await withTimeLimit(clock, limits.healthTimeoutMs, signal, (limit) =>
    look(terms, limit),
  );
  if ('reason' in met || !mustGenerate || signal.aborted) return met;
  const answer = await askFor(met, terms, searchMs, signal);
  return answer === 'token' || answer === 'refusal' ? met : MUTE;
}

/** The engine by its pages, or why there is none. */
async function look(
  { readPage, named }: SeekTerms,
  signal: AbortSignal,
): Promise<FoundEngine | Absence> {
  const result = await probeEngine(readPage, named, signal);
  if (result.kind === 'absent') return { kind: 'silent', reason: result.reason };
  const { engine } = result;
  const health = await checkHealth(readPage, engine.kind.healthPath, signal);
  if (health.kind === 'good') return engine;
  return { kind: health.kind === 'declined' ? 'unfit' : 'silent', reason: health.reason };
}

const MUTE: Absence = { kind: 'unfit', reason: 'it answers its checks, and gives no token' };

/** What it says to the question for a token; who cannot be asked for one is taken by its pages. */
function askFor(
  { models }: FoundEngine,
  { clock, postPage }: SeekTerms,
  searchMs: number,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const wantedMs = Math.max(TOKEN_SHARE_OF_SEARCH * searchMs, TOKEN_MS_MIN);
  return withTimeLimit(clock, Math.min(wantedMs, TOKEN_MS_MAX), signal, (limit) =>
    askForToken(postPage, models[0] ?? '', limit),
  );
}

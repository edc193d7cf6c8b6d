import type { GpuSample } from './gpu-sample.ts';
import { faultyThrottling } from './throttling.ts';
import { xidMeaning } from './xid.ts';

/** How a GPU is: `warning` is for people, `sick` takes its replicas out. */
export type GpuState = 'healthy' | 'warning' | 'sick';

/** What a GPU has, as a word of a small fixed set. */
export type GpuAilment =
  | 'lost'
  | 'fault'
  | 'recovery'
  | 'rows-exhausted'
  | 'ecc'
  | 'xid'
  | 'row-pending'
  | 'throttled'
  | 'unreadable';

/** One reason why a GPU is not healthy. */
export interface GpuFinding {
  readonly ailment: GpuAilment;
  readonly severity: 'sick' | 'warning';
  /** In words that end a sentence. */
  readonly words: string;
}

/** How a GPU is, and why. */
export interface GpuVerdict {
  readonly state: GpuState;
  /** Empty where it is healthy. */
  readonly findings: readonly GpuFinding[];
}

/**
 * How long an event counts that nobody takes back: memory errors that were counted, an XID. What lasts is told by the
 * driver as long as it does; this is the time that a supervisor or a person needs to start an engine anew.
 */
export const EVENT_MS = 600_000;

/** Looks in a row in which others answer and this one does not: a single one may fall into a reset by hand. */
const MISSES_MIN = 2;

interface Event extends GpuFinding {
  readonly atMs: number;
}

/** What is known of the health of one GPU. */
export class GpuHealth {
  #sample: GpuSample | undefined;
  /** Errors at the last look that told of them. */
  #errors: number | undefined;
  #misses = 0;
  /** One for each kind of event, the latest. */
  readonly #events: Map<string, Event> = new Map();

  /** Takes in what it says of itself. */
  observe(sample: GpuSample, nowMs: number): void {
    const before = this.#errors;
    const errors = sample.uncorrectedErrors ?? before;
    this.#sample = sample;
    this.#misses = 0;
    this.#errors = errors;
    if (before === undefined || errors === undefined) return;
    // It counts from 0 again after a reset, which is what an event waits for.
    if (errors < before) this.forgive();
    if (errors <= before) return;
    const words = `its memory has ${errors - before} more errors that cannot be corrected (${errors})`;
    this.#events.set('ecc', { ailment: 'ecc', severity: 'sick', words, atMs: nowMs });
  }

  /** Others answered, and this one did not. */
  missed(): void {
    this.#misses += 1;
  }

  /** The driver says that it cannot reach it. */
  lost(): void {
    this.#misses = MISSES_MIN;
  }

  /** The kernel log has an XID of it; a code that is no fault of the GPU changes nothing. */
  struck(code: number, nowMs: number): void {
    const meaning = xidMeaning(code);
    if (meaning === undefined) return;
    const { severity, words } = meaning;
    const told = `XID ${code}: ${words}`;
    this.#events.set(`xid ${code}`, { ailment: 'xid', severity, words: told, atMs: nowMs });
  }

  /** Forgets every event: somebody says that it is mended. */
  forgive(): void {
    this.#events.clear();
  }

  /** How it is at `nowMs`. An event that is `EVENT_MS` old counts no more. */
  verdict(nowMs: number): GpuVerdict {
    for (const [kind, { atMs }] of this.#events) {
      if (nowMs - atMs >= EVENT_MS) this.#events.delete(kind);
    }
    const events = [...this.#events.values()].map(({ ailment, severity, words }) => ({
      ailment,
      severity,
      words,
    }));
    const findings = [...this.#standing(), ...events];
    const isSick = findings.some(({ severity }) => severity === 'sick');
    if (isSick) return { state: 'sick', findings };
    return { state: findings.length === 0 ? 'healthy' : 'warning', findings };
  }

  /** What lasts for as long as it is told. */
  #standing(): readonly GpuFinding[] {
    if (this.#misses >= MISSES_MIN) {
      return [
        { ailment: 'lost', severity: 'sick', words: 'the driver does not reach it any more' },
      ];
    }
    return this.#sample === undefined ? [] : findingsIn(this.#sample);
  }
}

function findingsIn(sample: GpuSample): readonly GpuFinding[] {
  const { fault, recovery, rowRemapFailed, rowRemapPending } = sample;
  const throttling = faultyThrottling(sample.throttling);
  const found: GpuFinding[] = [];
  const add = (severity: GpuFinding['severity'], ailment: GpuAilment, words: string): void => {
    found.push({ severity, ailment, words });
  };
  if (fault !== undefined) {
    // Many a sound board has one sensor that cannot be read.
    const isWhole = fault.startsWith('GPU');
    add(
      isWhole ? 'sick' : 'warning',
      isWhole ? 'fault' : 'unreadable',
      `nvidia-smi says: ${fault}`,
    );
  }
  if (recovery !== undefined)
    add('sick', 'recovery', `its driver asks for a recovery: ${recovery}`);
  if (rowRemapFailed) add('sick', 'rows-exhausted', 'its memory has more bad rows than spare ones');
  if (rowRemapPending) add('warning', 'row-pending', 'a bad memory row waits for a reset');
  if (throttling.length > 0) add('warning', 'throttled', `it is slowed: ${throttling.join(', ')}`);
  return found;
}

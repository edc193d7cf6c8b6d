import type { LoadProgress } from '../replay/load-generator.ts';

/** Where progress is written. */
export interface ProgressOutput {
  /** True where a line can be written over. */
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** What a progress line knows of the run beforehand. */
export interface ProgressPlan {
  readonly requests: number;
  readonly outputTokens: number;
  /** How long the run will take, at speed 1; `undefined` where that must be found out on the way. */
  readonly expectedMs: number | undefined;
}

/** Between two lines where they cannot be written over, in milliseconds of the run's wall time. */
const PLAIN_INTERVAL_MS = 10_000;
/** Before so many requests have finished, or a tenth of all, the first tokens foretell nothing. */
const FINISHED_MIN = 10;
/** Tokens per second are told over the last so many milliseconds of the run, at speed 1. */
const RATE_WINDOW_MS = 6000;

/** One line on how far a run has come: rewritten on a terminal, now and then anywhere else. */
export class ProgressLine {
  readonly #output: ProgressOutput;
  readonly #plan: ProgressPlan;
  readonly #recent: LoadProgress[] = [];
  #toldWallMs = -Infinity;
  #width = 0;

  constructor(output: ProgressOutput, plan: ProgressPlan) {
    this.#output = output;
    this.#plan = plan;
  }

  update(progress: LoadProgress): void {
    this.#recent.push(progress);
    while (this.#isOld(this.#recent[0], progress)) this.#recent.shift();
    const text = this.#text(progress);
    if (this.#output.isTTY === true) {
      this.#output.write(`\r${text.padEnd(this.#width)}`);
      this.#width = text.length;
      return;
    }
    const wallMs = progress.elapsedMs / progress.speed;
    if (wallMs - this.#toldWallMs < PLAIN_INTERVAL_MS) return;
    this.#toldWallMs = wallMs;
    this.#output.write(`${text}\n`);
  }

  /** Leaves the line, so that what follows starts on its own. */
  end(): void {
    if (this.#width > 0) this.#output.write('\n');
    this.#width = 0;
  }

  #isOld(first: LoadProgress | undefined, last: LoadProgress): boolean {
    return first !== undefined && last.elapsedMs - first.elapsedMs > RATE_WINDOW_MS;
  }

  #text(progress: LoadProgress): string {
    const { sent, running, finished, failed } = progress;
    return [
      `sent ${sent}/${this.#plan.requests}`,
      `running ${running}`,
      `finished ${finished}`,
      ...(failed > 0 ? [`failed ${failed}`] : []),
      `${Math.round(this.#rate(progress)).toLocaleString('en')} tok/s`,
      this.#left(progress),
    ].join('  ');
  }

  #rate(progress: LoadProgress): number {
    const first = this.#recent[0] ?? progress;
    const seconds = (progress.elapsedMs - first.elapsedMs) / 1000;
    return seconds > 0 ? (progress.outputTokens - first.outputTokens) / seconds : 0;
  }

  #left(progress: LoadProgress): string {
    const { expectedMs = 0 } = this.#plan;
    // Past the time that it should have taken, the work that is left tells more.
    const totalMs = progress.elapsedMs < expectedMs ? expectedMs : this.#foretoldMs(progress);
    if (totalMs === undefined) return '-:-- left';
    const seconds = Math.max(0, Math.round((totalMs - progress.elapsedMs) / progress.speed / 1000));
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`;
  }

  /** By the tokens so far, once enough requests have finished for their pace to say something. */
  #foretoldMs({ elapsedMs, outputTokens, finished }: LoadProgress): number | undefined {
    const { requests, outputTokens: allTokens } = this.#plan;
    if (outputTokens === 0 || finished < Math.min(FINISHED_MIN, requests / 10)) return undefined;
    return (elapsedMs * allTokens) / outputTokens;
  }
}

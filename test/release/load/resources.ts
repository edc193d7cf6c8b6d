import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a process holds at a moment of its own clock, its garbage collected. */
export interface Held {
  readonly atMs: number;
  readonly heapMb: number;
  readonly rssMb: number;
  readonly timers: number;
}

/** The notes of a process that is started with `environment`. */
export class ResourceNotes implements Disposable {
  readonly environment: Readonly<Record<string, string>>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'numagate-resources-'));
  readonly #file = join(this.#folder, 'held.jsonl');

  constructor(everyMs: number) {
    this.environment = {
      NODE_OPTIONS: `--import ${new URL('resources-probe.ts', import.meta.url).href}`,
      RESOURCES_FILE: this.#file,
      RESOURCES_EVERY_MS: String(everyMs),
    };
  }

  /** All so far, in order. */
  read(): readonly Held[] {
    const lines = readFileSync(this.#file, 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Held);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What is left to those who come after a launcher has ended. */
export interface LauncherTrace {
  readonly pid: number;
  /** Its engines bear it. */
  readonly run: string;
  /** Whether it ended its engines and itself in good order; false while it runs. */
  readonly ended: boolean;
}

/** Writes the file whole or not at all. */
export function writeTrace(path: string, trace: LauncherTrace): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(trace)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** What the last launcher left; `undefined` where there was none, or where nobody can read it. */
export function readTrace(path: string): LauncherTrace | undefined {
  try {
    const trace = JSON.parse(readFileSync(path, 'utf8')) as Partial<LauncherTrace> | null;
    const { pid, run, ended } = trace ?? {};
    // A run is looked for in environments: an empty one would be found in all of them.
    if (typeof pid !== 'number' || typeof run !== 'string' || run.length < 8) return undefined;
    return { pid, run, ended: ended === true };
  } catch {
    return undefined;
  }
}

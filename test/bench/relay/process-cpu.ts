import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Processor time of a process and all its descendants so far, user and system, in seconds. */
export function cpuSeconds(pid: number): number {
  return sumTree(pid, (fields) => (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND);
}

/** Resident memory of a process and all its descendants, in bytes. */
export function residentBytes(pid: number): number {
  const pageBytes = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }));
  return sumTree(pid, (fields) => Number(fields[21]) * pageBytes);
}

/** Fields of `/proc/PID/stat` behind the command name; index 0 is the state, 1 the parent. */
function statOf(pid: number): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function sumTree(root: number, value: (fields: readonly string[]) => number): number {
  const parents = new Map<number, number>();
  const values = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const fields = statOf(pid);
      parents.set(pid, Number(fields[1]));
      values.set(pid, value(fields));
    } catch {
      // It ended between the listing and the look.
    }
  }
  let sum = 0;
  for (const [pid, amount] of values) if (descends(pid, root, parents)) sum += amount;
  return sum;
}

function descends(pid: number, root: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) {
    if (at === root) return true;
  }
  return false;
}

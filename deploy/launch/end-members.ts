import type { Membership, ProcessEntry } from './process-table.ts';
import { membersOf, readProcesses } from './process-table.ts';

/** Between two looks at what is left. */
const LOOK_MS = 20;

/** A process that waits for a device in the kernel takes seconds to die; one that takes longer hangs there. */
const END_MS_MAX = 10_000;

/**
 * Ends every member by SIGKILL, and those that they start meanwhile. Resolves with the ids of those that are
 * still there after ten seconds, which is none unless they hang in the kernel. A look at `processes` that throws,
 * for want of files, is made again; where all do, those that were known are told.
 */
export async function endMembers(
  membership: Membership,
  processes: () => readonly ProcessEntry[] = readProcesses,
): Promise<readonly number[]> {
  const givesUpMs = performance.now() + END_MS_MAX;
  let left = membership.known.map(({ pid }) => pid);
  for (;;) {
    try {
      left = membersOf(membership, processes()).map(({ pid }) => pid);
      if (left.length === 0) return left;
      for (const pid of left) signal(pid, 'SIGKILL');
    } catch {
      // Nobody is signalled unseen: an id may be another's by now.
    }
    if (performance.now() > givesUpMs) return left;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, LOOK_MS);
    });
  }
}

/** Signals one process; false where it has ended, or is not ours. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

import type { Membership } from './process-table.ts';
import { membersOf, readProcesses } from './process-table.ts';

/** Between two looks at what is left. */
const LOOK_MS = 20;

/** A process that waits for a device in the kernel takes seconds to die; one that takes longer hangs there. */
const END_MS_MAX = 10_000;

/**
 * Ends every member by SIGKILL, and those that they start meanwhile. Resolves with the ids of those that are
 * still there after ten seconds, which is none unless they hang in the kernel.
 */
export async function endMembers(membership: Membership): Promise<readonly number[]> {
  const givesUpMs = performance.now() + END_MS_MAX;
  for (;;) {
    const left = membersOf(membership, readProcesses()).map(({ pid }) => pid);
    if (left.length === 0 || performance.now() > givesUpMs) return left;
    for (const pid of left) signal(pid, 'SIGKILL');
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

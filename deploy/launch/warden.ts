import { createInterface } from 'node:readline';

import { endMembers } from './end-members.ts';
import type { Membership } from './process-table.ts';

// A process of its own, started by a launcher. Its argument, and then each line of its input, says which
// processes are to end with that launcher; the input itself ends when the launcher does, by kill -9 too. A
// service that stops signals every process at once: this one has to outlive the launcher by a moment.
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => undefined);

let watched = JSON.parse(process.argv[2] ?? '') as Membership;
for await (const line of createInterface({ input: process.stdin })) {
  watched = membershipOf(line) ?? watched;
}
await endMembers(watched);

/** Nothing where a line is torn: a launcher that is killed while it writes leaves half of its last. */
function membershipOf(line: string): Membership | undefined {
  try {
    return JSON.parse(line) as Membership;
  } catch {
    return undefined;
  }
}

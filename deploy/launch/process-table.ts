import { readdirSync, readFileSync } from 'node:fs';

/** One process as the kernel knows it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** When it started, in ticks since boot: tells it from a later process of the same id. */
  readonly startTicks: number;
}

/** How the processes of one owner are told from all others. */
export interface Membership {
  /** Bytes of the environment that each of them inherits, as `NAME=value`. */
  readonly mark: string;
  /** Processes that lead a group and a session of their own. */
  readonly roots: readonly number[];
  /** Processes that were seen to be members. */
  readonly known: readonly Pick<ProcessEntry, 'pid' | 'startTicks'>[];
}

const PROC = '/proc';

/** Every process that runs, without those that have ended and wait to be collected. */
export function readProcesses(): readonly ProcessEntry[] {
  return readdirSync(PROC)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
}

/** One process, or `undefined` where it has ended. */
export function readProcess(pid: number): ProcessEntry | undefined {
  const text = readOrNothing(`${PROC}/${pid}/stat`)?.toString('latin1');
  if (text === undefined) return undefined;
  // The name stands in brackets and may hold anything; the fields behind it are counted from its end.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent, group, session] = fields;
  if (ENDED.has(state)) return undefined;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTicks: Number(fields[START_TICKS_FIELD]),
  };
}

/** Zombies, and what the kernel is about to forget. */
const ENDED: ReadonlySet<string> = new Set(['Z', 'X', 'x']);

/** Field 22 of proc(5), counted from the state, which is field 3. */
const START_TICKS_FIELD = 19;

/**
 * The processes of an owner: those that bear its mark, those of its groups and sessions, those that were
 * known, and all that descend from one of these. A process that leaves its session and clears its
 * environment is found by its parents, as long as these live.
 */
export function membersOf(
  { mark, roots, known }: Membership,
  processes: readonly ProcessEntry[],
): readonly ProcessEntry[] {
  const leaders = new Set(roots);
  const startOf = new Map(known.map(({ pid, startTicks }) => [pid, startTicks]));
  const isMember = (one: ProcessEntry): boolean =>
    leaders.has(one.group) ||
    leaders.has(one.session) ||
    startOf.get(one.pid) === one.startTicks ||
    bears(one.pid, mark);
  const found = new Set(
    processes.filter((one) => one.pid !== process.pid && isMember(one)).map(({ pid }) => pid),
  );
  addDescendants(found, processes);
  return processes.filter(({ pid }) => found.has(pid));
}

function addDescendants(found: Set<number>, processes: readonly ProcessEntry[]): void {
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { pid, parent } of processes) if (found.has(parent)) found.add(pid);
  }
}

function bears(pid: number, mark: string): boolean {
  return readOrNothing(`${PROC}/${pid}/environ`)?.includes(mark) ?? false;
}

/** A process may end, or be another user's, between two looks. */
function readOrNothing(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

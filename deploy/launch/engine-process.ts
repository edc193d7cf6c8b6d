import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';

import { endMembers, signal } from './end-members.ts';
import type { EngineEnd } from './failure.ts';
import type { Membership, ProcessEntry } from './process-table.ts';
import { membersOf, readProcess } from './process-table.ts';

/** What one engine is started with. */
export interface EngineCommand {
  /** All words, prefixes included. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `NAME=value` in that environment, by which its processes are told from all others. */
  readonly mark: string;
  /** Takes what it writes, on either stream. */
  readonly output: (chunk: Buffer) => void;
}

/** An engine that was started, with all that it starts itself. */
export interface EngineProcess {
  readonly pid: number;
  /** How its processes are told from others, with those that `members` has found. */
  readonly membership: Membership;
  /** Resolves when the process that was started has ended; never rejects. */
  readonly ended: Promise<EngineEnd>;
  /** Asks it to finish what it has and end. Only the parent is signalled: SGLang's scheduler dies of a signal to all. */
  terminate(): void;
  /** Its processes among all that run; they are known for its own from then on. */
  members(processes: readonly ProcessEntry[]): readonly ProcessEntry[];
  /** Ends it and all that it started by SIGKILL; gives what is left, which is nothing unless it hangs in the kernel. */
  destroy(): Promise<readonly number[]>;
}

/** Starts an engine in a session and group of its own. Rejects where its command cannot be run. */
export async function startEngine({
  argv,
  environment,
  mark,
  output,
}: EngineCommand): Promise<EngineProcess> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} was started and has no process id`);
  child.stdout.on('data', output);
  child.stderr.on('data', output);
  return watched(child, pid, mark);
}

function watched(child: ChildProcess, pid: number, mark: string): EngineProcess {
  const startTicks = readProcess(pid)?.startTicks ?? 0;
  let membership: Membership = { mark, roots: [pid], known: [{ pid, startTicks }] };
  let hasEnded = false;
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  const ended = new Promise<EngineEnd>((resolve) => {
    child.once('exit', (code, name) => {
      hasEnded = true;
      resolve({ code, signal: name });
    });
  });
  return {
    pid,
    ended,
    get membership() {
      return membership;
    },
    terminate() {
      // The id of one that has ended may be another's.
      if (!hasEnded) signal(pid, 'SIGTERM');
    },
    members(processes) {
      const found = membersOf(membership, processes);
      membership = { ...membership, known: found.map((one) => pick(one)) };
      return found;
    },
    async destroy() {
      const left = await endMembers(membership);
      await Promise.race([closed, lastWords()]);
      return left;
    },
  };
}

function pick({ pid, startTicks }: ProcessEntry): Pick<ProcessEntry, 'pid' | 'startTicks'> {
  return { pid, startTicks };
}

/** What was written before the end is in the pipe; a process that left the tree may hold it open. */
async function lastWords(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, LAST_WORDS_MS_MAX).unref();
  });
}

const LAST_WORDS_MS_MAX = 500;

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** A process of ours that listens. */
export interface Child {
  readonly name: string;
  readonly url: string;
  readonly adminUrl: string | undefined;
  /** True until it has ended, by itself or by `stop`. */
  readonly isRunning: boolean;
  /** Asks it to end, and ends it by force where it does not; resolves when it is gone. Can be called again. */
  stop(): Promise<void>;
}

/** A process that did not come up, or went away; the message holds the last lines that it wrote. */
export class ChildError extends Error {
  override readonly name = 'ChildError';
}

/** How a process is started. */
export interface ChildCommand {
  /** What it is called in messages, such as `gateway`. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

/** Importing the sources takes a second or two on a busy machine of two cores. */
const READY_MS_MAX = 30_000;
/** A process that drains within its limit has ended by then; one that hangs has not. */
const STOP_MS_MAX = 5000;
/** Kept of what a process writes to stderr, to be shown when it fails. */
const TAIL_CHARACTERS = 4000;

const readyLine = z.object({
  event: z.literal('listening'),
  url: z.url(),
  adminUrl: z.url().optional(),
});

/** Starts a process and resolves with its addresses once it says that it listens. */
export async function startChild(command: ChildCommand): Promise<Child> {
  // A group of its own: Ctrl-C in a terminal is for whoever started it, who then ends it in good order.
  const child = spawn(command.file, command.args, { stdio: 'pipe', detached: true });
  const watched = new WatchedProcess(command.name, child);
  try {
    return await watched.ready();
  } catch (error) {
    await watched.stop();
    throw error;
  }
}

class WatchedProcess {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #tail = '';
  #isRunning = true;

  constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        this.#isRunning = false;
        process.removeListener('exit', this.#kill);
        resolve();
      };
      child.once('exit', end);
      child.once('error', (error) => {
        this.#tail += error.message;
        end();
      });
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#tail = (this.#tail + text).slice(-TAIL_CHARACTERS);
    });
    // Whatever ends this process must not leave its children behind.
    process.once('exit', this.#kill);
  }

  async ready(): Promise<Child> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(this.#error('did not listen in time')), READY_MS_MAX);
    try {
      const { url, adminUrl } = await Promise.race([this.#readyLine(), this.#earlyEnd(), late]);
      return this.#running(url, adminUrl);
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    // Nobody else sends it requests, who would have to notice before it closes.
    this.#child.kill('SIGINT');
    const force = setTimeout(this.#kill, STOP_MS_MAX);
    await this.#ended;
    clearTimeout(force);
  }

  readonly #kill = (): void => {
    if (this.#isRunning) this.#child.kill('SIGKILL');
  };

  async #readyLine(): Promise<z.infer<typeof readyLine>> {
    const { stdout } = this.#child;
    if (stdout === null) throw this.#error('has no output');
    const lines = createInterface({ input: stdout });
    for await (const line of lines) {
      const parsed = readyLine.safeParse(parseJson(line));
      if (parsed.success) {
        stdout.resume();
        return parsed.data;
      }
    }
    // Its end is told by `#earlyEnd`, with what it wrote.
    await this.#ended;
    throw this.#error('ended before it listened');
  }

  async #earlyEnd(): Promise<never> {
    await this.#ended;
    throw this.#error('ended before it listened');
  }

  #running(url: string, adminUrl: string | undefined): Child {
    const isRunning = (): boolean => this.#isRunning;
    return {
      name: this.#name,
      url,
      adminUrl,
      get isRunning() {
        return isRunning();
      },
      stop: () => this.stop(),
    };
  }

  #error(what: string): ChildError {
    const said = this.#tail.trim();
    return new ChildError(`the ${this.#name} ${what}${said === '' ? '' : `:\n${said}`}`);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    // Not the ready line; what else a process prints is its own matter.
    return undefined;
  }
}

import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const mainFile = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line of ours as a process of its own, which ends with the test that holds it. */
export class CommandLine implements AsyncDisposable {
  readonly #process: ChildProcessByStdio<null, Readable, Readable>;
  readonly #closed: Promise<unknown>;
  readonly #firstLine: Promise<string>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#process = spawn(process.execPath, [mainFile, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.#closed = once(this.#process, 'close');
    const { stdout, stderr } = this.#process;
    stdout.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    const lines = createInterface({ input: stdout });
    this.#firstLine = new Promise((resolve, reject) => {
      lines.once('line', resolve);
      void this.#closed.then(() => reject(new Error(`no line came: ${this.#stderr}`)));
    });
    this.#firstLine.catch(() => undefined);
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error('the command did not start');
    return this.#process.pid;
  }

  /** Resolves when it ends by itself. */
  async ended(): Promise<Ended> {
    await this.#closed;
    return { code: this.#process.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }

  /** The line of JSON by which `--json` says that it listens. */
  async listening(): Promise<{ readonly url: string; readonly adminUrl?: string }> {
    return JSON.parse(await this.#firstLine) as { readonly url: string };
  }

  /** What it has told so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Sends a signal after which it goes on. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.#process.kill(signal);
    return this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null) await this.stop('SIGKILL');
  }
}

/** Runs a command that ends by itself. */
export async function runGateway(
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<Ended> {
  await using command = new CommandLine(args, environment);
  return await command.ended();
}

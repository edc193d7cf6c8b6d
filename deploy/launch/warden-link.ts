import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Membership } from './process-table.ts';

/** A warden that cannot be started is tried again after this. */
const AGAIN_MS = 1_000;

/** Known processes in the command: as many as surely fit the 128 KiB that Linux allows one word. */
const KNOWN_FIRST_MAX = 1_000;

/** Keeps a process that ends every engine when the launcher is gone, however it went. */
export class WardenLink {
  #child: ChildProcess | undefined;
  #watched: Membership;
  #line = '';
  #isClosed = false;

  constructor(watched: Membership) {
    this.#watched = watched;
  }

  /** Resolves when the warden runs. Rejects where it cannot be started. */
  async start(): Promise<void> {
    // A session of its own: what is sent to the launcher's group must not reach it.
    // What it is to end stands in its command, too: this process may be killed before it has written a line.
    const known = this.#watched.known.slice(0, KNOWN_FIRST_MAX);
    const first = JSON.stringify({ ...this.#watched, known } satisfies Membership);
    const child = spawn(process.execPath, [wardenFile, first], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // It has ended, and is started again.
    child.stdin.on('error', () => undefined);
    child.on('exit', () => this.#startAgain(0));
    await once(child, 'spawn');
    this.#child = child;
    this.#send();
  }

  /** What is to end with this process; what was said before is forgotten. */
  watch(membership: Membership): void {
    this.#watched = membership;
    const line = `${JSON.stringify(membership)}\n`;
    if (line === this.#line) return;
    this.#line = line;
    this.#send();
  }

  /** Lets the warden go, which ends what is left. Resolves when it has. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.stdin?.end();
    await once(child, 'exit');
  }

  #send(): void {
    if (this.#line !== '') this.#child?.stdin?.write(this.#line);
  }

  #startAgain(delayMs: number): void {
    if (this.#isClosed) return;
    this.#child = undefined;
    setTimeout(() => {
      if (!this.#isClosed) void this.start().catch(() => this.#startAgain(AGAIN_MS));
    }, delayMs).unref();
  }
}

/** Beside these sources as TypeScript, beside what is published as JavaScript. */
const wardenFile = fileURLToPath(
  new URL(`warden${extname(import.meta.filename)}`, import.meta.url),
);

import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';

/** What the kernel has said since the last look. */
export interface KernelNews {
  readonly lines: readonly string[];
  /** Why it cannot be read, in words that end a sentence. */
  readonly problem?: string;
}

/** Most of a file that is read at one look: of what is longer, the end. */
const FILE_BYTES_MAX = 2 ** 20;

/** `/dev/kmsg` gives a record a read, and none is longer. */
const RECORD_BYTES_MAX = 8_192;

/** Records of one look; the kernel's whole buffer has fewer. */
const RECORDS_MAX = 65_536;

/**
 * Follows the kernel log: `/dev/kmsg`, or a file that something else writes it to. What stands there when it is first
 * looked at is old, and passed over.
 */
export class KernelLog {
  readonly #path: string;
  #device: FileHandle | undefined;
  #file: { readonly inode: number; readonly offset: number } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The lines that are new. Never rejects, and tries again at the next look where it cannot be read. */
  async read(): Promise<KernelNews> {
    try {
      const { isFile, inode, size } = await kindOf(this.#path);
      return { lines: isFile ? await this.#fileLines(inode, size) : await this.#records() };
    } catch (error) {
      await this.close();
      return { lines: [], problem: problemOf(error, this.#path) };
    }
  }

  /** Lets go of the device. */
  async close(): Promise<void> {
    const device = this.#device;
    this.#device = undefined;
    await device?.close();
  }

  /** A file that is another one, or shorter, was put away by whoever writes it. */
  async #fileLines(inode: number, size: number): Promise<readonly string[]> {
    const before = this.#file;
    if (before === undefined) {
      this.#file = { inode, offset: size };
      return [];
    }
    const isAnew = before.inode !== inode || before.offset > size;
    const start = Math.max(isAnew ? 0 : before.offset, size - FILE_BYTES_MAX);
    const text = await textBetween(this.#path, start, size);
    // A line that is being written is read when it is whole.
    const whole = text.lastIndexOf('\n') + 1;
    this.#file = { inode, offset: start + Buffer.byteLength(text.slice(0, whole)) };
    return text.slice(0, whole).split('\n');
  }

  async #records(): Promise<readonly string[]> {
    if (this.#device !== undefined) return recordsOf(this.#device);
    this.#device = await open(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
    await recordsOf(this.#device);
    return [];
  }
}

async function kindOf(
  path: string,
): Promise<{ readonly isFile: boolean; readonly inode: number; readonly size: number }> {
  const facts = await stat(path);
  return { isFile: facts.isFile(), inode: facts.ino, size: facts.size };
}

async function textBetween(path: string, start: number, end: number): Promise<string> {
  if (start >= end) return '';
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
  return buffer.toString('utf8', 0, bytesRead);
}

async function recordsOf(device: FileHandle): Promise<readonly string[]> {
  const buffer = Buffer.alloc(RECORD_BYTES_MAX);
  const lines: string[] = [];
  for (let count = 0; count < RECORDS_MAX; count += 1) {
    const bytes = await nextRecord(device, buffer);
    if (bytes === 0) break;
    if (bytes !== undefined) lines.push(...buffer.toString('utf8', 0, bytes).split('\n'));
  }
  return lines;
}

/** Bytes of the next record, 0 where there is none yet; `undefined` where some were written over unread. */
async function nextRecord(device: FileHandle, buffer: Buffer): Promise<number | undefined> {
  try {
    return (await device.read(buffer, 0, buffer.length, null)).bytesRead;
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return 0;
    if (codeOf(error) === 'EPIPE') return undefined;
    throw error;
  }
}

function problemOf(error: unknown, path: string): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return `there is no ${path}`;
  if (code === 'EACCES' || code === 'EPERM') return `${path} may not be read`;
  return `${path} cannot be read (${code ?? String(error)})`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file that cannot be written; the message is for people, and says where and why. */
export class UnwritableError extends Error {
  override readonly name = 'UnwritableError';
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`${path} cannot be written: ${reasonOf(cause)}`, { cause });
    this.path = path;
  }
}

/**
 * Makes the folder of a file and tries that the file can be written, which takes no time before a run and
 * loses one after it. A file that is not there yet is not left behind. Throws an `UnwritableError`.
 */
export function tryWritable(path: string): void {
  try {
    makeFolder(dirname(path));
    const isThere = existsSync(path);
    closeSync(openSync(path, 'a'));
    if (!isThere) rmSync(path);
  } catch (error) {
    throw new UnwritableError(path, error);
  }
}

/** Folder by folder: Node's `recursive` never returns from a place where none can be made, such as /proc. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** What went wrong, in the system's words where there are no better ones. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = '' } = error as { readonly code?: string };
  const reason = REASONS.get(code);
  return reason === undefined ? error.message : `${reason} (${code})`;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'it may not be written to'],
  ['EPERM', 'it may not be written to'],
  ['EROFS', 'the file system is read-only'],
  ['EEXIST', 'a part of the path is a file'],
  ['ENOTDIR', 'a part of the path is a file'],
  ['EISDIR', 'it is a folder'],
  ['ENOENT', 'its folder cannot be made'],
  ['ENOSPC', 'no space is left'],
]);

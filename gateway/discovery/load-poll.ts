import type { LoadReading, LoadSource, ReadPage } from '../engines/catalog.ts';
import type { Clock } from '../clock.ts';

/** Reads an engine's load once. Rejects when a page does not come; `undefined` when the pages tell none. */
export async function readLoad(
  readPage: ReadPage,
  source: LoadSource,
  clock: Clock,
  signal: AbortSignal,
): Promise<LoadReading | undefined> {
  // Before the pages are asked for: what they do not count yet was sent after it.
  const askedMs = clock.nowMs();
  const pages = await Promise.all(source.paths.map((path) => readPage(path, signal)));
  if (!pages.every(({ status }) => status === 200)) return undefined;
  return source.read(
    pages.map(({ body }) => body),
    { askedMs },
  );
}

/** Whether another process answers than the one that gave the earlier reading. */
export function isRestart(earlier: LoadReading | undefined, later: LoadReading): boolean {
  if (earlier === undefined) return false;
  if (earlier.startedAt !== undefined && later.startedAt !== undefined) {
    return earlier.startedAt !== later.startedAt;
  }
  return (later.workDone ?? Infinity) < (earlier.workDone ?? 0);
}

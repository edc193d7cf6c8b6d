import type { ReadPage } from '../engines/catalog.ts';

/** What one look at an engine's health says. All are expected outcomes. */
export type Health =
  | { readonly kind: 'good' }
  /** The engine itself says that it cannot serve: it starts, drains or has lost its process. */
  | { readonly kind: 'declined'; readonly reason: string }
  /** Nothing came; it may be the network, or an engine too busy to answer. */
  | { readonly kind: 'silent'; readonly reason: string };

/** Looks at an engine's health once. Never rejects. */
export async function checkHealth(
  readPage: ReadPage,
  path: string,
  signal: AbortSignal,
): Promise<Health> {
  try {
    const { status } = await readPage(path, signal);
    if (status === 200) return { kind: 'good' };
    return { kind: 'declined', reason: `it answers ${status} to ${path}` };
  } catch (error) {
    return { kind: 'silent', reason: reasonOf(error) };
  }
}

/** An error in words for the log. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

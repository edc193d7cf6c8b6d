/** What Node says of an address that cannot be listened on, in words that say what to do about it. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'is taken'],
  ['EACCES', 'is not ours to take'],
  ['EADDRNOTAVAIL', 'is not an address of this machine'],
  ['ENOTFOUND', 'is not an address that is known'],
]);

interface ListenError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly hostname?: string;
  readonly port?: number;
}

/** The error for people, where it is about a port; `flags` are those that would have given another. */
export function explainPortError(error: unknown, flags: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code = '', address, hostname, port }: ListenError = error;
  const reason = REASONS.get(code);
  if (reason === undefined) return error;
  const place = [address ?? hostname, port].filter((part) => part !== undefined).join(':');
  return new Error(`${place} ${reason} (${code}): ${flags} would take another.`, { cause: error });
}

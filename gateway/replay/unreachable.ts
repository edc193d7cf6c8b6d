/** What the system says of an address where nothing answers, in words. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ECONNRESET', 'the connection is broken off'],
  ['UND_ERR_SOCKET', 'the connection is broken off'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ENOTFOUND', 'the name of the host is not known'],
  ['EAI_AGAIN', 'the name of the host is not known'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection in time'],
  ['ETIMEDOUT', 'no connection in time'],
  ['TimeoutError', 'no answer in time'],
]);

/** Why `url` does not answer, for people, and what to do about it. */
export function unreachable(url: string, error: unknown): string {
  const code = codeOf(error);
  const reason = REASONS.get(code) ?? (error instanceof Error ? error.message : String(error));
  return `${url} does not answer: ${reason} (${code}). Start a gateway or an engine there, or name another --url.`;
}

/** A name with several addresses fails with an error for each. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no code';
  const [first] = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [];
  if (first !== undefined) return codeOf(first);
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : error.name;
}

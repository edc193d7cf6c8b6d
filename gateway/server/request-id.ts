/** Ids that are safe in headers, logs and traces; what else a client sends is replaced. */
const SANE_ID = /^[\w.:-]{1,128}$/;

/** The client's own `X-Request-Id` where it is sane, else one of `draw`. */
export function requestIdOf(header: string | string[] | undefined, draw: () => string): string {
  return typeof header === 'string' && SANE_ID.test(header) ? header : draw();
}

import { isIP } from 'node:net';

/** Gives a header of a request, by its name. */
export type HeaderOf = (name: string) => string | undefined;

/**
 * How a request shows that it may come from a page of elsewhere in somebody's browser; `undefined` where it does not. Who is
 * asked for no key is protected by nothing else: a browser sends such a page's request along, and where a name is
 * rebound to our address it lets the page read the answer too.
 */
export function foreignPage(method: string, header: HeaderOf): string | undefined {
  const host = header('host');
  if (host !== undefined && !isLocalHost(host)) return `it asks for the host ${host}`;
  const site = header('sec-fetch-site');
  if (site !== undefined && !OWN_SITES.has(site) && !isLink(method, header)) {
    return 'a page of another origin sent it';
  }
  const origin = header('origin');
  if (origin === undefined || hostOf(origin) === host) return undefined;
  return `a page of ${origin} sent it`;
}

/** `none` is a person's own doing: an address that was typed, a bookmark. */
const OWN_SITES: ReadonlySet<string> = new Set(['same-origin', 'none']);

/** A link that is followed to here changes nothing, and shows its answer to nobody but the person. */
function isLink(method: string, header: HeaderOf): boolean {
  return (
    method === 'GET' &&
    header('sec-fetch-mode') === 'navigate' &&
    header('sec-fetch-dest') === 'document'
  );
}

/** Names that no page of the internet can have: an address, `localhost`, and what has no dot. */
function isLocalHost(host: string): boolean {
  const url = parsed(`http://${host}`);
  if (url === null) return false;
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(name) !== 0 || !name.includes('.') || name.endsWith('.localhost');
}

function hostOf(origin: string): string | undefined {
  return parsed(origin)?.host;
}

function parsed(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

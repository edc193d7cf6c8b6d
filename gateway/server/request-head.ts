import type { IncomingMessage } from 'node:http';

/** Headers that one request may have; with one more it is refused. Browsers and proxies together send some forty. */
export const HEADERS_MAX = 128;

/** What of a request's head is read. */
export type RequestHead = Pick<IncomingMessage, 'httpVersion' | 'method' | 'url' | 'headers'> & {
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
};

/**
 * Why a head that Node takes is refused here, or `undefined` for a sound one: what a proxy in front could read
 * in another way could hide a second request from it (RFC 9112 §11.2).
 */
export function faultOfHead(head: RequestHead): string | undefined {
  return (
    faultOfVersion(head) ??
    faultOfNames(head) ??
    faultOfHost(head) ??
    faultOfFraming(head) ??
    faultOfTarget(head)
  );
}

/** A request's path and query, where its target is written with scheme and host (RFC 9112 §3.2.2). */
export function originForm(target: string): string {
  const absolute = ABSOLUTE_FORM.exec(target);
  if (absolute === null) return target;
  const path = absolute[2] ?? '';
  return path.startsWith('/') ? path : `/${path}`;
}

function faultOfVersion({ httpVersion }: RequestHead): string | undefined {
  return httpVersion === '1.1' || httpVersion === '1.0' ? undefined : 'it is not HTTP/1.1';
}

/** Of these a second one would be dropped by one reader and be the one that counts for another. */
const SINGLE: ReadonlySet<string> = new Set([
  'host',
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'transfer-encoding',
  'x-gateway-deadline-ms',
  'x-gateway-priority',
]);

function faultOfNames({ rawHeaders }: RequestHead): string | undefined {
  if (rawHeaders.length > 2 * HEADERS_MAX) return `it has more than ${HEADERS_MAX} headers`;
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    // Whoever hands headers on as variables of an environment takes both spellings for one.
    const plain = name.replaceAll('_', '-');
    if (!SINGLE.has(plain)) continue;
    if (plain !== name) return `it spells ${plain} as ${name}`;
    if (seen.has(name)) return `it has more than one ${name}`;
    seen.add(name);
  }
  return undefined;
}

const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

function faultOfHost({ headers: { host }, httpVersion }: RequestHead): string | undefined {
  if (host === undefined) return httpVersion === '1.0' ? undefined : 'it has no host';
  return HOST.test(host) ? undefined : 'its host is no name and port';
}

function faultOfFraming(head: RequestHead): string | undefined {
  const { method = '', httpVersion, headers } = head;
  const { expect = CONTINUE } = headers;
  if (expect.toLowerCase() !== CONTINUE) return 'it expects something else than 100-continue';
  const coding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (coding !== undefined) {
    if (httpVersion === '1.0') return 'HTTP/1.0 has no transfer-encoding';
    if (coding.toLowerCase() !== 'chunked') return 'its transfer-encoding is not chunked';
    if (length !== undefined) return 'it has a transfer-encoding and a content-length';
  }
  const hasBody = coding !== undefined || (length !== undefined && length !== '0');
  return hasBody && !WITH_BODY.has(method) ? `a ${method} has no body` : undefined;
}

const CONTINUE = '100-continue';

const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(.*)$/i;

/** Visible characters of ASCII, and none that a reader could take for a slash or an end. */
const TARGET = /^[!"$-[\]-~]*$/;

function faultOfTarget({ method, url = '', headers: { host } }: RequestHead): string | undefined {
  if (!TARGET.test(url)) return 'its target holds what no target may';
  const authority = ABSOLUTE_FORM.exec(url)?.[1];
  if (authority !== undefined) {
    return authority === host ? undefined : 'its target names another host than its host does';
  }
  if (url.startsWith('/') || (url === '*' && method === 'OPTIONS')) return undefined;
  return 'its target is no path';
}

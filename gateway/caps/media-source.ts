import type { JsonRange } from '../wire/json-members.ts';
import { eachElement, findMember, scanMembers } from '../wire/json-members.ts';

/** Longest address that is read; engines fetch from none that is longer. */
export const MEDIA_URL_BYTES_MAX = 8_192;

/** Whether an engine may take media from everywhere that a value names: data of its own, and hosts that are allowed. */
export function isMediaAllowed(body: Buffer, range: JsonRange, hosts: readonly string[]): boolean {
  switch (body[range.valueStart]) {
    case QUOTE:
      return isTextAllowed(body, range, hosts);
    case OPEN_BRACKET:
      return areAllAllowed(body, range, hosts);
    case OPEN_BRACE:
      return isPartAllowed(body, range, hosts);
    default:
      return true;
  }
}

const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

function areAllAllowed(body: Buffer, list: JsonRange, hosts: readonly string[]): boolean {
  let areAllowed = true;
  eachElement(body, list, (element) => {
    areAllowed &&= isMediaAllowed(body, element, hosts);
  });
  return areAllowed;
}

function isPartAllowed(
  body: Buffer,
  { valueStart, valueEnd }: JsonRange,
  hosts: readonly string[],
): boolean {
  const part = body.subarray(valueStart, valueEnd);
  const url = findMember(scanMembers(part), 'url');
  return url === undefined || isMediaAllowed(part, url, hosts);
}

/** Data needs no look further than its beginning; what is no data has to be an address that is allowed. */
function isTextAllowed(
  body: Buffer,
  { valueStart, valueEnd }: JsonRange,
  hosts: readonly string[],
): boolean {
  const start = body.toString(
    'latin1',
    valueStart + 1,
    Math.min(valueEnd - 1, valueStart + 1 + BASE64_BYTES_LOOKED_AT),
  );
  if (start.startsWith('data:') || isBase64(start)) return true;
  if (valueEnd - valueStart > MEDIA_URL_BYTES_MAX) return false;
  return isUrlAllowed(decoded(body, valueStart, valueEnd), hosts);
}

/** Longer than any path of a file; an address shows a colon long before. */
const BASE64_BYTES_LOOKED_AT = 4_096;

/** Neither a scheme nor a file's extension fits in this, but the path of a file that has none. */
const BASE64 = /^[A-Za-z0-9+/=_-]*$/;

/** How each JPEG begins, in base64. MP3 has `//`, which is a path too: it may come as `data:`. */
const JPEG = '/9j/';

function isBase64(start: string): boolean {
  return BASE64.test(start) && (!start.startsWith('/') || start.startsWith(JPEG));
}

/**
 * So plain that no two readers find another host in it: neither a name with a password, nor a backslash, nor
 * letters beyond ASCII.
 */
const URL_FORM = /^https?:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::\d{1,5})?(?:[/?#][!-[\]-~]*)?$/i;

function isUrlAllowed(url: string, hosts: readonly string[]): boolean {
  const host = URL_FORM.exec(url)?.[1]?.toLowerCase();
  return host !== undefined && (hosts.includes('*') || hosts.includes(host));
}

/** What breaks off far inside was not looked at by the scan, and is no address. */
function decoded(body: Buffer, start: number, end: number): string {
  try {
    return JSON.parse(body.toString('utf8', start, end)) as string;
  } catch {
    // No address, and so allowed nowhere.
    return '';
  }
}

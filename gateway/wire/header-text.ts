/** True of what may stand in a line of an HTTP head (RFC 9110 §5.5): Latin-1, and no control character but the tab. */
export function isHeaderText(text: string): boolean {
  return !UNFIT.test(text);
}

/** True of a header's name: a token (RFC 9110 §5.6.2). */
export function isHeaderName(text: string): boolean {
  return TOKEN.test(text);
}

const UNFIT = /[^\t\x20-\x7e\x80-\xff]/;
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

/** True of what may stand in a line of an HTTP head (RFC 9110 §5.5): Latin-1, and no control character but the tab. */
export function isHeaderText(text: string): boolean {
  return !UNFIT.test(text);
}

const UNFIT = /[^\t\x20-\x7e\x80-\xff]/;

/** Colours of a terminal's styles, by the number that SGR gives them. */
const colours: ReadonlyMap<string, string> = new Map([
  ['1', 'font-weight:700'],
  ['2', 'color:#8b949e'],
  ['31', 'color:#ff7b72'],
  ['32', 'color:#7ee787'],
  ['33', 'color:#e3b341'],
  ['34', 'color:#79a8ff'],
]);

/** What a terminal would show of a text with styles, as a page. */
export function terminalPage(text: string): string {
  const shown = text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/\u001b\[(\d+)m/gu, (_, code: string) => {
      const style = colours.get(code);
      return style === undefined ? '</span>' : `<span style="${style}">`;
    });
  const look = 'margin:0;padding:18px;background:#0d1117;color:#e6edf3;font:14px/1.35 monospace';
  return `<!doctype html><body style="margin:0"><pre style="${look}">${shown}</pre>`;
}

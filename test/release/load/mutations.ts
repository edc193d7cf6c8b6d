import { upTo } from '../../support/chance.ts';

/** Pieces that mean something where a request is read. */
const PIECES = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  ':',
  '\0',
  ',',
  ';',
  '\u000b',
  '\u00a0',
  '0',
  '1',
  '0\r\n\r\n',
  '\r\n\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Host: other\r\n',
  'Connection: keep-alive\r\n',
  'GET / HTTP/1.1\r\n',
  ' HTTP/1.0',
  '"',
  '{',
  '}',
];

/** A text with one to four changes: something more, less, twice, or other. */
export function mutated(text: string, random: () => number): string {
  let result = text;
  for (let changes = upTo(4, random); changes > 0; changes -= 1) result = changed(result, random);
  return result;
}

function changed(text: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1));
  const [before, behind] = [text.slice(0, at), text.slice(at)];
  const length = upTo(random() < 0.8 ? 2 : 40, random);
  switch (upTo(4, random)) {
    case 1:
      return before + (PIECES[upTo(PIECES.length, random) - 1] ?? '') + behind;
    case 2:
      return before + behind.slice(length);
    case 3:
      return before + behind.slice(0, length) + behind;
    default:
      return before + String.fromCharCode(Math.floor(random() * 256)) + behind.slice(1);
  }
}

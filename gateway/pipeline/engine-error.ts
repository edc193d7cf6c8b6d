/** HTTP status that an engine's error object names, or 500 where it names none. */
export function errorStatusIn(body: Buffer): number {
  const code = Number(/"code"\s*:\s*"?(\d{3})\b/.exec(body.toString('latin1'))?.[1] ?? 500);
  return code >= 400 && code <= 599 ? code : 500;
}

/** Longest part of an engine's message that is repeated to a client. */
export const MESSAGE_CHARACTERS_MAX = 500;

/** A message, or an error that is a text itself. */
const MESSAGE = /"(?:message"\s*:|error"\s*:(?!\s*""))\s*("(?:[^"\\]|\\.)*")/;

/** The message of an engine's error object, cut to `MESSAGE_CHARACTERS_MAX`. */
export function errorMessageIn(body: Buffer): string {
  const quoted = MESSAGE.exec(body.toString('utf8'))?.[1];
  const message = quoted === undefined ? 'it gave no message' : parseText(quoted);
  return message.slice(0, MESSAGE_CHARACTERS_MAX);
}

function parseText(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    // An engine's broken JSON must not break the report of its failure.
    return quoted.slice(1, -1);
  }
}

/** JSON in ASCII alone, so that its length is its bytes and it may stand in any chunk. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    // Without the flag for code points, so that both halves of a pair are written out.
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

import { hashCharacter, hashText } from './hash-chain.ts';
import { wordList } from './word-table.ts';

/** Ids run from 0 up to here, as in the vocabulary of the published runs (Llama 3). */
export const vocabularySize = 128_256;

/** Marks that a chat template or an engine puts between texts; each is one token. */
export const markers: Readonly<
  Record<'endOfTurn' | 'system' | 'user' | 'assistant' | 'tool', number>
> = { endOfTurn: 512, system: 513, user: 514, assistant: 515, tool: 516 };

/** First id of text that is not in the word list. */
const TEXT_IDS_START = 1024;

/** Vocabularies of today hold the common words whole; longer ones come in pieces. */
const WHOLE_WORD_LETTERS_MAX = 10;

/** Bytes of one token in other text, as in English prose under current vocabularies. */
const BYTES_PER_TOKEN = 4;

const SPACE = 32;
const LETTER_A = 97;
const LETTER_Z = 122;

/** Set in lower-case ASCII letters, clear in capitals. */
const CASE_BIT = 32;
const EMPTY_HASH = hashText('') | 0;

const indexByHash = new Map(wordList.map((word, index) => [hashText(word), index]));
const nameByMarker = new Map<number, string>(
  Object.entries(markers).map(([name, id]) => [id, `<|${name}|>`]),
);

/**
 * Ids of a text. A word, with the blank before it, is one token when it is in the list or else at most ten
 * letters long; other text is about four bytes a token. A text that goes on with a blank keeps the ids
 * that it had.
 */
export function tokenize(text: string): number[] {
  const ids: number[] = [];
  let index = 0;
  while (index < text.length) {
    const spaced = text.charCodeAt(index) === SPACE && isSolid(text, index + 1);
    const start = spaced ? index + 1 : index;
    if (isSolid(text, start)) {
      index = pushRun(ids, text, { start, spaced });
    } else {
      ids.push(textId(hashCharacter(EMPTY_HASH, text.charCodeAt(index))));
      index += 1;
    }
  }
  return ids;
}

/** Text of ids: exact for words of the list; what was hashed comes back as its id between marks. */
export function detokenize(ids: Iterable<number>): string {
  let text = '';
  for (const id of ids) text += tokenText(id);
  return text;
}

/** Text of one id. */
export function tokenText(id: number): string {
  const word = wordList[id < wordList.length ? id : id - wordList.length];
  if (word !== undefined) return id < wordList.length ? ` ${word}` : word;
  return nameByMarker.get(id) ?? `<|${id}|>`;
}

/** Reads the solid run at `start` into `ids` and returns where it ends. */
function pushRun(
  ids: number[],
  text: string,
  { start, spaced }: { readonly start: number; readonly spaced: boolean },
): number {
  let end = start;
  let hash = EMPTY_HASH;
  let isWord = true;
  for (; isSolid(text, end); end += 1) {
    const code = text.charCodeAt(end);
    hash = hashCharacter(hash, code);
    isWord &&= (code | CASE_BIT) >= LETTER_A && (code | CASE_BIT) <= LETTER_Z;
  }
  const known = isWord ? indexByHash.get(hash >>> 0) : undefined;
  if (known !== undefined) {
    ids.push(spaced ? known : wordList.length + known);
  } else if (isWord && end - start <= WHOLE_WORD_LETTERS_MAX) {
    ids.push(textId(spaced ? hashCharacter(hash, SPACE) : hash));
  } else {
    pushPieces(ids, text.slice(spaced ? start - 1 : start, end));
  }
  return end;
}

function pushPieces(ids: number[], run: string): void {
  let hash = EMPTY_HASH;
  let bytes = 0;
  for (let index = 0; index < run.length; index += 1) {
    const code = run.charCodeAt(index);
    hash = hashCharacter(hash, code);
    bytes += utf8Bytes(code);
    if (bytes >= BYTES_PER_TOKEN || index === run.length - 1) {
      ids.push(textId(hash));
      hash = EMPTY_HASH;
      bytes = 0;
    }
  }
}

/** UTF-8 bytes of one UTF-16 code; a surrogate counts as half of its four. */
function utf8Bytes(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800 || (code >= 0xd800 && code <= 0xdfff)) return 2;
  return 3;
}

/** True where a character stands that is neither blank nor line break nor tab. */
function isSolid(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code > SPACE;
}

function textId(hash: number): number {
  return TEXT_IDS_START + ((hash >>> 0) % (vocabularySize - TEXT_IDS_START));
}

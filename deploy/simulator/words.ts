import { chainOf, drawFromChain, extendChain } from './hash-chain.ts';
import { tokenize } from './tokens.ts';
import { wordList } from './word-table.ts';

/** Bits above the word's own that decide whether an answer ends: one token in 256 does. */
const END_BITS = 8;

/** What a chain says next: a word, and whether an answer that may end does so here. */
export interface NextToken {
  /** Index in the word list, which is also the token id of the word with its blank. */
  readonly word: number;
  readonly ends: boolean;
}

/** The token that follows everything that `chain` has seen. */
export function nextToken(chain: number): NextToken {
  const drawn = drawFromChain(chain);
  return {
    word: drawn % wordList.length,
    ends: Math.floor(drawn / wordList.length) % 2 ** END_BITS === 0,
  };
}

/** What a simulated replica was asked to go on from: a text, or token ids; and which of `n` choices is meant. */
export interface AnswerContext {
  readonly prompt: string | readonly number[];
  /** 0 for the first choice, or the only one. */
  readonly choice?: number;
}

/** The first `count` words that a simulated replica must answer, each with the blank before it, when told to ignore ends. */
export function expectedAnswer({ prompt, choice = 0 }: AnswerContext, count: number): string {
  let chain = chainOf(promptIds(prompt), choice);
  let text = '';
  for (let made = 0; made < count; made += 1) {
    const { word } = nextToken(chain);
    text += ` ${wordList[word]}`;
    chain = extendChain(chain, word);
  }
  return text;
}

/** How an answer stands to its context: how many words are right, and the first that is not. */
export interface AnswerCheck {
  /** Words from the start that follow rightly from the prompt and from each other. */
  readonly words: number;
  /** The first word that does not follow, with its place; absent when all do. */
  readonly wrong?: { readonly at: number; readonly expected: string; readonly found: string };
}

/** Checks that `text` is a right answer to its context so far: nothing lost, doubled, changed or out of order. */
export function checkAnswer({ prompt, choice = 0 }: AnswerContext, text: string): AnswerCheck {
  const [before = '', ...found] = text.split(' ');
  if (before !== '') return { words: 0, wrong: { at: 0, expected: '', found: before } };
  let chain = chainOf(promptIds(prompt), choice);
  for (const [at, word] of found.entries()) {
    const next = nextToken(chain).word;
    const expected = wordList[next] ?? '';
    if (word !== expected) return { words: at, wrong: { at, expected, found: word } };
    chain = extendChain(chain, next);
  }
  return { words: found.length };
}

function promptIds(prompt: string | readonly number[]): readonly number[] {
  return typeof prompt === 'string' ? tokenize(prompt) : prompt;
}

import { extendChain } from './hash-chain.ts';
import { markers } from './tokens.ts';
import { wordList } from './word-table.ts';
import { nextToken } from './words.ts';

/** How a choice ended, in OpenAI's words. */
export interface Finish {
  readonly reason: 'stop' | 'length' | 'abort';
  /** The stop string or the id of the end token that ended it; absent when it ran out or was aborted. */
  readonly matched?: string | number;
}

/** What bounds an answer. */
export interface AnswerLimits {
  /** Most tokens, the end token included. 0 makes an empty answer. */
  readonly outputTokensMax: number;
  /** Below so many tokens the answer does not end by itself. */
  readonly outputTokensMin: number;
  /** Never ends by itself. */
  readonly ignoreEnd: boolean;
  /** Texts at which it ends; they are not part of it. */
  readonly stop: readonly string[];
}

/** The whole answer of one choice, known before its first token is sent. */
export interface Answer {
  /** Tokens, the end token or the last token of a stop string included. */
  readonly tokens: number;
  readonly finish: Finish;
  /** Text of the tokens from `from` up to and without `to`; what belongs to a stop string is left out. */
  text(from: number, to: number): string;
  /** Ids of the same tokens, in full. */
  ids(from: number, to: number): number[];
}

/** Composes what follows everything that `chain` has seen. */
export function composeAnswer(chain: number, limits: AnswerLimits): Answer {
  const ids: number[] = [];
  const watch = new StopWatch(limits.stop);
  let state = chain;
  while (ids.length < limits.outputTokensMax) {
    const next = nextToken(state);
    if (next.ends && !limits.ignoreEnd && ids.length >= limits.outputTokensMin) {
      ids.push(markers.endOfTurn);
      return new ComposedAnswer(ids, { reason: 'stop', matched: markers.endOfTurn }, undefined);
    }
    ids.push(next.word);
    const matched = watch.add(wordText(next.word));
    if (matched !== undefined) {
      return new ComposedAnswer(ids, { reason: 'stop', matched: matched.stop }, matched.at);
    }
    state = extendChain(state, next.word);
  }
  return new ComposedAnswer(ids, { reason: 'length' }, undefined);
}

class ComposedAnswer implements Answer {
  readonly finish: Finish;
  readonly #ids: Uint16Array;
  /** Characters that may be shown; undefined when all may. */
  readonly #charactersMax: number | undefined;

  constructor(ids: readonly number[], finish: Finish, charactersMax: number | undefined) {
    this.finish = finish;
    this.#ids = Uint16Array.from(ids);
    this.#charactersMax = charactersMax;
  }

  get tokens(): number {
    return this.#ids.length;
  }

  text(from: number, to: number): string {
    if (this.#charactersMax !== undefined) return this.#cutText(from, to, this.#charactersMax);
    let text = '';
    for (let index = from; index < to; index += 1) text += wordText(this.#ids[index]);
    return text;
  }

  ids(from: number, to: number): number[] {
    return [...this.#ids.subarray(from, to)];
  }

  #cutText(from: number, to: number, charactersMax: number): string {
    const whole = Array.from(this.#ids.subarray(0, to), wordText);
    const start = whole.slice(0, from).join('').length;
    return whole.join('').slice(start, Math.max(start, charactersMax));
  }
}

/** Looks for stop strings in a growing text. */
class StopWatch {
  readonly #stops: readonly string[];
  readonly #longest: number;
  #length = 0;
  #tail = '';

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== '');
    this.#longest = Math.max(0, ...this.#stops.map((stop) => stop.length));
  }

  /** Adds one token's text; returns the first stop that it completes and where that begins. */
  add(text: string): { readonly stop: string; readonly at: number } | undefined {
    if (this.#longest === 0) return undefined;
    this.#length += text.length;
    this.#tail = (this.#tail + text).slice(-(this.#longest + text.length));
    for (const stop of this.#stops) {
      const found = this.#tail.indexOf(stop);
      if (found >= 0) return { stop, at: this.#length - this.#tail.length + found };
    }
    return undefined;
  }
}

/** Text of an answer's token: nothing for the end token. */
function wordText(id: number | undefined): string {
  const word = id === undefined ? undefined : spacedWords[id];
  return word ?? '';
}

const spacedWords: readonly string[] = wordList.map((word) => ` ${word}`);

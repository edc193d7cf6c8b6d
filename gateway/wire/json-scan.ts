import { JsonSyntaxError, skipScalar, skipSpace, skipString } from './json-tokens.ts';

/** Nesting that is read; deeper text is refused. Engines parse by recursion, and hardly a request needs a third of it. */
export const JSON_DEPTH_MAX = 64;

/** Members of all objects of a text together; one more is refused. Tools with large schemas have some hundreds. */
export const JSON_MEMBERS_MAX = 10_000;

/**
 * Values of a text together; one more is refused. A prompt as embeddings has thousands for each token, and
 * so many are looked at in some 50 ms, in which nobody else is served.
 */
export const JSON_VALUES_MAX: number = 4 * 2 ** 20;

/** Longest name, quotes and escapes included; a longer one is refused. Those of every engine are under 40. */
export const JSON_NAME_BYTES_MAX = 1_024;

/** A member as it is passed: byte offsets of its name, quotes included, and of its value. */
export interface SeenMember {
  /** 1 for members of the outermost object. */
  readonly depth: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** One walk through a text, which checks it and makes nothing of it. Throws `JsonSyntaxError`. */
export class JsonScan {
  readonly #text: Buffer;
  readonly #seen: (member: SeenMember) => void;
  #membersLeft = JSON_MEMBERS_MAX;
  #valuesLeft = JSON_VALUES_MAX;

  /** `seen` is told of every member, the inner ones first. */
  constructor(text: Buffer, seen: (member: SeenMember) => void) {
    this.#text = text;
    this.#seen = seen;
  }

  /** Index just past the value that stands at `at`, inside so many lists and objects. */
  skipValue(at: number, depth = 0): number {
    this.#valuesLeft -= 1;
    if (this.#valuesLeft < 0) {
      throw new JsonSyntaxError(`more than ${JSON_VALUES_MAX} values`, at);
    }
    switch (this.#text[at]) {
      case QUOTE:
        return skipString(this.#text, at);
      case OPEN_BRACE:
        return this.#skipObject(at, depth + 1);
      case OPEN_BRACKET:
        return this.#skipList(at, depth + 1);
      default:
        return skipScalar(this.#text, at);
    }
  }

  #skipObject(open: number, depth: number): number {
    const text = this.#text;
    if (depth > JSON_DEPTH_MAX) throw new JsonSyntaxError('nested too deeply', open);
    let at = skipSpace(text, open + 1);
    if (text[at] === CLOSE_BRACE) return at + 1;
    for (;;) {
      at = skipSpace(text, this.#skipMember(at, depth));
      if (text[at] === CLOSE_BRACE) return at + 1;
      if (text[at] !== COMMA) throw new JsonSyntaxError("expected ',' or '}'", at);
      at = skipSpace(text, at + 1);
    }
  }

  #skipMember(nameStart: number, depth: number): number {
    const text = this.#text;
    const nameEnd = skipString(text, nameStart, JSON_NAME_BYTES_MAX);
    if (nameEnd - nameStart > JSON_NAME_BYTES_MAX) {
      throw new JsonSyntaxError(`a name of more than ${JSON_NAME_BYTES_MAX} bytes`, nameStart);
    }
    this.#membersLeft -= 1;
    if (this.#membersLeft < 0) {
      throw new JsonSyntaxError(`more than ${JSON_MEMBERS_MAX} members`, nameStart);
    }
    const colon = skipSpace(text, nameEnd);
    if (text[colon] !== COLON) throw new JsonSyntaxError("expected ':'", colon);
    const valueStart = skipSpace(text, colon + 1);
    const valueEnd = this.skipValue(valueStart, depth);
    this.#seen({ depth, nameStart, nameEnd, valueStart, valueEnd });
    return valueEnd;
  }

  #skipList(open: number, depth: number): number {
    const text = this.#text;
    if (depth > JSON_DEPTH_MAX) throw new JsonSyntaxError('nested too deeply', open);
    let at = skipSpace(text, open + 1);
    if (text[at] === CLOSE_BRACKET) return at + 1;
    for (;;) {
      at = skipSpace(text, this.skipValue(at, depth));
      if (text[at] === CLOSE_BRACKET) return at + 1;
      if (text[at] !== COMMA) throw new JsonSyntaxError("expected ',' or ']'", at);
      at = skipSpace(text, at + 1);
    }
  }
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;

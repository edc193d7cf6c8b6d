import type { EventMold, Resumption } from '../dialects/dialect.ts';
import { TokenIds } from '../wire/token-ids.ts';

/** What notes are taken with. */
export interface NotesParts {
  readonly resumption: Resumption;
  /** The engine tells ids: they are read, and hidden from the client, who did not ask. */
  readonly readsIds: boolean;
  /** What the client has is needed as text too. */
  readonly keepsText: boolean;
  /** Tokens of prompt and answer above which no notes are kept. */
  readonly tokensMax: number;
}

/** Longest text that is kept, in bytes of its events. */
export const TEXT_BYTES_MAX: number = 1024 * 1024;

const PROMPT_IDS = '"prompt_token_ids":';
const ANSWER_IDS = '"token_ids":';
const OPEN_BRACKET = 0x5b;
const SPACE = 0x20;
const NULL = 'null';

/**
 * What has to be known of a streamed answer to go on with it elsewhere: a few bytes a token, and nothing is parsed
 * before the stream breaks. Closed for good where the answer outgrows its bounds or turns out to be more than plain text.
 */
export class AnswerNotes {
  readonly #parts: NotesParts;
  readonly #promptIds = new TokenIds();
  readonly #ids = new TokenIds();
  #mold: EventMold | undefined;
  #events: string[] = [];
  #eventBytes = 0;
  #outputs = 0;
  /** Ids of which the client has all the text: an engine withholds what may be half a character. */
  #shownIds = 0;
  #isOpen = true;

  constructor(parts: NotesParts) {
    this.#parts = parts;
  }

  /** The mold of the client's events; `undefined` while there is nothing to go on with, and for good once closed. */
  get mold(): EventMold | undefined {
    return this.#isOpen ? this.#mold : undefined;
  }

  get readsIds(): boolean {
    return this.#parts.readsIds;
  }

  /** Tokens that an answer goes on behind; without ids it is the number of events that brought some. */
  get answeredTokens(): number {
    return this.readsIds ? this.#ids.length : this.#outputs;
  }

  /** Tokens of which the client has all the text. */
  get shownTokens(): number {
    return this.readsIds ? this.#shownIds : this.#outputs;
  }

  get promptTokens(): number {
    return this.#promptIds.length;
  }

  /** Ids of prompt and answer; `undefined` where nobody tells them. */
  get allIds(): readonly number[] | undefined {
    return this.readsIds ? [...this.#promptIds.toArray(), ...this.#ids.toArray()] : undefined;
  }

  get answerIds(): readonly number[] {
    return this.#ids.toArray();
  }

  /** Text that the client has, where it is kept, as in the JSON of its events. */
  get literal(): string {
    const { resumption } = this.#parts;
    return this.#events.map((event) => resumption.readPart(event).literal).join('');
  }

  /**
   * Takes an event from `start` of `bytes` on its way to the client, and hides its ids there; gives the text to send in
   * its place where they are too many to be overwritten.
   */
  take(event: string, bytes: Buffer, start: number, hasOutput: boolean): string | undefined {
    const shown = this.#parts.readsIds ? this.#hideIds(event, bytes, start) : undefined;
    if (this.#isOpen) this.#note(shown ?? event, hasOutput);
    return shown;
  }

  /** Takes an event of the rest of the answer, and what the client got of it; '' for nothing. */
  takeRest(event: string, shown: string): void {
    if (!this.#isOpen) return;
    if (this.readsIds) this.#readList(this.#ids, event, event.indexOf(ANSWER_IDS), ANSWER_IDS);
    this.#note(shown, this.#parts.resumption.readPart(shown).literal !== '');
  }

  /** Forgets ids of which the client has no text; it gets that when they are made anew. */
  forgetUnshown(): void {
    this.#ids.cutTo(this.#shownIds);
  }

  /** Forgets the last id, which is made anew. */
  forgetLast(): void {
    this.#ids.cutTo(this.#ids.length - 1);
    this.#shownIds = Math.min(this.#shownIds, this.#ids.length);
  }

  /** Lets go of all notes: this answer goes on nowhere. */
  close(): void {
    this.#isOpen = false;
    this.#mold = undefined;
    this.#events = [];
    this.#ids.cutTo(0);
    this.#promptIds.cutTo(0);
  }

  #note(event: string, hasOutput: boolean): void {
    if (!hasOutput) return;
    this.#outputs += 1;
    const missesIds = this.readsIds && this.#ids.length === this.#shownIds;
    this.#shownIds = this.#ids.length;
    this.#mold ??= this.#parts.resumption.mold(withoutIds(event));
    if (this.#parts.keepsText) this.#keep(event);
    const tokens = this.#promptIds.length + this.answeredTokens;
    if (missesIds || this.#mold === undefined || tokens > this.#parts.tokensMax) this.close();
  }

  #keep(event: string): void {
    this.#events.push(event);
    this.#eventBytes += event.length;
    if (this.#eventBytes > TEXT_BYTES_MAX) this.close();
  }

  #hideIds(event: string, bytes: Buffer, start: number): string | undefined {
    const promptAt = this.#promptIds.length === 0 ? event.indexOf(PROMPT_IDS) : -1;
    const promptEnd = this.#readList(this.#promptIds, event, promptAt, PROMPT_IDS);
    const answerAt = event.indexOf(ANSWER_IDS);
    const answerEnd = this.#readList(this.#ids, event, answerAt, ANSWER_IDS);
    if (promptEnd !== -1) return withoutIds(event);
    if (answerEnd !== -1) overwrite(bytes, start + answerAt, start + answerEnd + 1);
    return undefined;
  }

  /** Reads the list behind a member's name at `at`; gives where it closes, or -1 for none. */
  #readList(ids: TokenIds, event: string, at: number, name: string): number {
    const open = at + name.length;
    if (at === -1 || event.charCodeAt(open) !== OPEN_BRACKET) return -1;
    return ids.read(event, open + 1);
  }
}

/**
 * Writes `null` over the ids of a member, as an engine says that nobody asked for them; a list of one digit is too short
 * for the word, and goes with its name and the comma before it. Blanks between members mean nothing in JSON.
 */
function overwrite(bytes: Buffer, nameStart: number, end: number): void {
  const listStart = nameStart + ANSWER_IDS.length;
  const isLong = end - listStart >= NULL.length;
  bytes.fill(SPACE, isLong ? listStart : nameStart - 1, end);
  if (isLong) bytes.write(NULL, listStart, 'latin1');
}

function withoutIds(event: string): string {
  return event.replaceAll(/"((?:prompt_)?token_ids)":\[[\d, ]*\]/g, `"$1":${NULL}`);
}

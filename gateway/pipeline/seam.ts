import type { AnswerPart, EventMold, Finish, Resumption } from '../dialects/dialect.ts';
import { BROKEN_FINISH_REASONS } from '../dialects/dialect.ts';
import { dataStart } from '../wire/sse.ts';
import type { AnswerNotes } from './answer-notes.ts';
import type { TextBefore } from './seam-text.ts';
import { SeamText } from './seam-text.ts';

/** What a seam is made with. */
export interface SeamParts {
  readonly resumption: Resumption;
  readonly notes: AnswerNotes;
  readonly mold: EventMold;
  readonly stops: readonly string[];
  /** Text up to the seam; looked at only for stops. */
  readonly before: TextBefore;
  /** Tokens of the client's prompt; reckoned where nobody told its ids. */
  readonly promptTokens: number;
  /** The event that ends the stream. */
  readonly doneEvent: string;
}

/** What a client that looks for it sees of the seam: a comment, which every reader of events passes over. */
export function seamComment(answeredTokens: number): string {
  return `: x-gateway-resumed after ${answeredTokens} tokens\n\n`;
}

/** Makes of the events of the rest of an answer those that the first replica would have sent. */
export class Seam {
  readonly #parts: SeamParts;
  /** Tokens that the second replica takes for its prompt, and the client for its answer. */
  readonly #answeredTokens: number;
  readonly #text: SeamText | undefined;
  #comment: string;
  #isCut = false;
  #isOver = false;

  constructor(parts: SeamParts) {
    this.#parts = parts;
    this.#answeredTokens = parts.notes.answeredTokens;
    this.#comment = seamComment(this.#answeredTokens);
    if (parts.stops.length > 0) this.#text = new SeamText(parts.stops, parts.before);
  }

  /** A stop was found that the second replica does not see: the answer is whole, and what else comes is not. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The event as the client gets it; '' for one that it has had. */
  rewrite(event: string): string {
    if (this.#isOver) return '';
    const { resumption, mold } = this.#parts;
    const at = dataStart(event);
    if (at === -1 || event.startsWith('[DONE]', at)) return event;
    if (!event.includes('"choices"')) return this.#passCut(event);
    const part = resumption.readPart(event);
    const isUsage = part.usageJson !== undefined && /"choices":\s*\[\s*\]/.test(event);
    if (isUsage) return mold.usage(rebased(part.usageJson ?? '', this.#answeredTokens));
    const rewritten =
      this.#text === undefined ? this.#plain(part) : this.#upToStop(part, this.#text);
    this.#note(event, rewritten, part.finish);
    if (rewritten === '') return '';
    const comment = this.#comment;
    this.#comment = '';
    return comment + rewritten;
  }

  /** An error, most likely: what comes behind it is not the client's. */
  #passCut(event: string): string {
    this.#isCut = true;
    return event;
  }

  /** Notes what the client gets; a broken finish, and what stands beside it, is kept from it. */
  #note(event: string, rewritten: string, finish: Finish | undefined): void {
    const { notes } = this.#parts;
    if (finish !== undefined && BROKEN_FINISH_REASONS.has(finish.reason)) this.#isCut = true;
    if (this.#isCut) return;
    notes.takeRest(event, rewritten);
    if (finish !== undefined) notes.close();
  }

  #plain({ literal, finish }: AnswerPart): string {
    return literal === '' && finish === undefined ? '' : this.#parts.mold.output(literal, finish);
  }

  #upToStop({ literal, finish }: AnswerPart, text: SeamText): string {
    const { mold, notes, promptTokens, doneEvent } = this.#parts;
    const piece = text.take(textOf(literal), finish !== undefined, unshownBy(finish));
    const shown = literalOf(piece.text);
    if (piece.stop === undefined)
      return this.#plain({ literal: shown, finish, usageJson: undefined });
    this.#isOver = true;
    const stop = { reason: 'stop', stopJson: literalJson(piece.stop) };
    // The tokens of this event are not in the notes yet; a stop mostly takes one.
    const answered = Math.max(notes.answeredTokens, this.#answeredTokens) + 1;
    const usage = mold.usage(usageJson(promptTokens, answered));
    return `${mold.output(shown, stop)}${usage}${doneEvent}`;
  }
}

/** Counts of an answer that nobody else has counted, as JSON. */
export function usageJson(promptTokens: number, answeredTokens: number): string {
  return JSON.stringify({
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + answeredTokens,
    completion_tokens: answeredTokens,
  });
}

/** Counts with the tokens of the first part moved from the prompt, of which they were one to the second replica, to the answer. */
function rebased(json: string, answeredTokens: number): string {
  const usage = JSON.parse(json) as Record<string, unknown>;
  const prompt = Math.max(Number(usage['prompt_tokens']) - answeredTokens, 0);
  usage['prompt_tokens'] = prompt;
  usage['completion_tokens'] = Number(usage['completion_tokens']) + answeredTokens;
  const details = usage['prompt_tokens_details'];
  if (typeof details === 'object' && details !== null && 'cached_tokens' in details) {
    details.cached_tokens = Math.min(Number(details.cached_tokens), prompt);
  }
  return JSON.stringify(usage);
}

/** The stop by which the second replica ended, where that is a text. */
function unshownBy(finish: Finish | undefined): string {
  const stopJson = finish?.stopJson ?? '';
  return stopJson.startsWith('"') ? textOf(stopJson.slice(1, -1)) : '';
}

/** The text of a literal. Events are read one character a byte, and hold UTF-8. */
export function textOf(literal: string): string {
  return JSON.parse(Buffer.from(`"${literal}"`, 'latin1').toString('utf8')) as string;
}

/** A text between the quotes of its JSON, one character a byte. */
function literalOf(text: string): string {
  return literalJson(text).slice(1, -1);
}

function literalJson(text: string): string {
  return Buffer.from(JSON.stringify(text), 'utf8').toString('latin1');
}

import type { Finish, Rest, RestRequest, ResumeMode, Resumption } from '../dialects/dialect.ts';
import type { Engine } from '../engines/engine.ts';
import { AnswerNotes } from './answer-notes.ts';
import type { Exchange } from './exchange.ts';
import { Seam, textOf, usageJson } from './seam.ts';
import type { TextBefore } from './seam-text.ts';

/** Which broken answers go on elsewhere. */
export interface ResumeSettings {
  readonly mode: ResumeMode | 'off';
  /** Tokens of prompt and answer above which an answer does not go on. */
  readonly tokensMax: number;
}

/** The rest of an answer on its way: what is asked, and what makes it one with what the client has. */
export interface Leg extends RestRequest {
  readonly seam: Seam;
}

/** What the next replica is known by. */
export interface NextReplica {
  readonly engine: Engine;
  readonly contextTokensMax: number;
  /** The model as it knows it. */
  readonly model: string | undefined;
}

/** How one streamed answer goes on when its replica breaks. */
export class Resume {
  readonly #exchange: Exchange;
  readonly #settings: ResumeSettings;
  readonly #resumption: Resumption | undefined;
  readonly #stops: readonly string[];
  #notes: AnswerNotes | undefined;

  constructor(exchange: Exchange, settings: ResumeSettings) {
    const { request, dialect } = exchange;
    const { mode } = settings;
    const { resumption } = dialect;
    this.#exchange = exchange;
    this.#settings = settings;
    if (mode !== 'off' && resumption?.admits(request, mode) === true) this.#resumption = resumption;
    this.#stops = this.#resumption?.stopsOf(request) ?? [];
  }

  /** Tokens that the client has of an answer that can go on; 0 where it cannot. */
  get answeredTokens(): number {
    return this.#notes?.mold === undefined ? 0 : this.#notes.answeredTokens;
  }

  /** Notes for the first part of an answer, taken at `engine`; `undefined` where it could not go on. */
  notesAt(engine: Engine): AnswerNotes | undefined {
    const { request } = this.#exchange;
    const readsIds = engine.tellsTokenIds(request);
    const byText = this.#settings.mode === 'text' && engine.continuesText(request);
    this.#notes = undefined;
    if (this.#resumption === undefined || !(readsIds || byText)) return undefined;
    this.#notes = new AnswerNotes({
      resumption: this.#resumption,
      readsIds,
      keepsText: !readsIds || this.#stops.length > 0,
      tokensMax: this.#settings.tokensMax,
    });
    return this.#notes;
  }

  /** Whether the rest of the answer is asked for at `engine` with ids; those of a part that tells none are lost. */
  asksForIdsAt(engine: Engine, { request }: Leg): boolean {
    if (this.#notes?.readsIds !== true) return false;
    const tells = engine.tellsTokenIds(request);
    if (!tells) this.#notes.close();
    return tells;
  }

  /** What the next replica is asked; `undefined` where the answer cannot go on there. */
  async leg({ engine, contextTokensMax, model }: NextReplica): Promise<Leg | undefined> {
    const { request, dialect, recorder } = this.#exchange;
    const resumption = this.#resumption;
    const notes = this.#notes;
    if (resumption === undefined || notes?.mold === undefined) return undefined;
    if (!notes.readsIds && !engine.continuesText(request)) return undefined;
    const before = await this.#textBefore(notes, engine, model);
    const { mold } = notes;
    if (before === undefined || mold === undefined) return undefined;
    const rest = resumption.rest(request, restOf(notes, contextTokensMax));
    if (rest === undefined) return undefined;
    const { doneEvent } = dialect;
    const stops = this.#stops;
    const { promptTokensEstimate = 0 } = recorder;
    const promptTokens = notes.readsIds ? notes.promptTokens : Math.round(promptTokensEstimate);
    const parts = { resumption, notes, mold, stops, before, promptTokens, doneEvent };
    return { ...rest, seam: new Seam(parts) };
  }

  /** Ends an answer that had all its tokens when it broke, and only lacked the word for it; false where it had not. */
  endsHere(): boolean {
    const { request, reply, recorder, dialect } = this.#exchange;
    const notes = this.#notes;
    const max = request.outputTokensMax;
    if (notes?.mold === undefined || !notes.readsIds || this.#stops.length > 0) return false;
    if (max === undefined || notes.shownTokens < max) return false;
    const finish: Finish = { reason: 'length', stopJson: undefined };
    const usage = usageJson(notes.promptTokens, max);
    const counts = request.wantsUsage ? notes.mold.usage(usage) : '';
    recorder.finishReason = finish.reason;
    recorder.usage({ prompt: notes.promptTokens, output: max });
    const last = `${notes.mold.output('', finish)}${counts}${dialect.doneEvent}`;
    reply.finish(Buffer.from(last, 'latin1'));
    return true;
  }

  /**
   * The text up to the seam. Without stops only the client's matters, and ids of which it has no text are made anew; with
   * stops an engine shows its text late, and the ids tell what was made and not shown. Half a character at their end is
   * made anew.
   */
  async #textBefore(
    notes: AnswerNotes,
    engine: Engine,
    model: string | undefined,
  ): Promise<TextBefore | undefined> {
    if (this.#stops.length === 0) {
      notes.forgetUnshown();
      return { shown: '', withheld: '' };
    }
    const shown = textOf(notes.literal);
    if (!notes.readsIds) return { shown, withheld: '' };
    const textOfIds = async (): Promise<string | undefined> =>
      withheldBehind(shown, await engine.detokenize(notes.answerIds, model));
    let withheld = await textOfIds();
    for (let cuts = 0; cuts < HALF_IDS_MAX && withheld?.endsWith(HALF_CHARACTER); cuts += 1) {
      notes.forgetLast();
      withheld = await textOfIds();
    }
    return withheld === undefined ? undefined : { shown, withheld };
  }
}

/** What a tokenizer makes of the beginning of a character. */
const HALF_CHARACTER = '\uFFFD';

/** Ids that a character may lack its last byte behind: it has four at most, and an id is a byte or more. */
const HALF_IDS_MAX = 3;

/** Text behind what is shown; `undefined` where that is not how it begins. */
function withheldBehind(shown: string, made: string | undefined): string | undefined {
  // A tokenizer that leaves out the blank before the first word.
  const whole = [made, ` ${made}`].find((text) => text?.startsWith(shown) === true);
  return whole?.slice(shown.length);
}

function restOf(notes: AnswerNotes, contextTokensMax: number): Rest {
  return {
    literal: notes.readsIds ? '' : notes.literal,
    ids: notes.allIds,
    answeredTokens: notes.answeredTokens,
    contextTokensMax,
  };
}

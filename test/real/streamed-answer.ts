import { post } from './stand.ts';

/** The two ways to ask. */
export type Form = 'chat' | 'completions';

/** What is asked. */
interface Ask {
  /** `completions` unless told. */
  readonly form?: Form;
  readonly model: string;
  /** Ids for completions only. */
  readonly prompt: string | readonly number[];
  /** Exactly so many: the end of the text is ignored. */
  readonly tokens: number;
}

/** What is asked for a stream. */
export interface StreamAsk extends Ask {
  /** Members beside those. */
  readonly more?: object;
  /** Called for each piece that comes. */
  readonly seen?: (pieces: number) => void;
}

/** What a client has of one stream when it is over. */
export interface StreamedAnswer {
  /** 200 also where it broke later. */
  readonly status: number;
  /** The replica that began it. */
  readonly replica: string | null;
  readonly text: string;
  readonly finishReason: string | undefined;
  readonly outputTokens: number | undefined;
  /** Where it goes on at another replica, in tokens; one for each time. */
  readonly seams: readonly number[];
  /** The code of the error event, or of the refusal. */
  readonly errorCode: unknown;
  readonly retryAfter: string | null;
  readonly isDone: boolean;
  /** The connection broke before the end of the body. */
  readonly isBroken: boolean;
  /** Longest time between two pieces, in milliseconds. */
  readonly longestGapMs: number;
  /** When it was over, on the clock of `performance`. */
  readonly endMs: number;
}

/** Where each form is asked. */
export const PATHS = { chat: '/v1/chat/completions', completions: '/v1/completions' } as const;

/** How a client takes an answer: `silent` is what must not be, half an answer that looks like a whole one. */
export type Ending = 'whole' | 'told' | 'refused' | 'silent';

/** The body of a request at temperature 0. */
export function bodyOf({ form, model, prompt, tokens }: Ask): object {
  const said = form === 'chat' ? { messages: [{ role: 'user', content: prompt }] } : { prompt };
  return { model, ...said, max_tokens: tokens, temperature: 0, ignore_eos: true };
}

/** Streams one answer at temperature 0 and reads it to its end, whatever that is. */
export async function streamAnswer(url: string, ask: StreamAsk): Promise<StreamedAnswer> {
  const { form = 'completions', more, seen } = ask;
  const stream = { stream: true, stream_options: { include_usage: true } };
  const headers = { 'x-gateway-replica': '1' };
  const body = { ...bodyOf(ask), ...stream, ...more };
  const answer = await post(`${url}${PATHS[form]}`, body, { headers });
  const read = await readPieces(answer, seen);
  const events = dataOf(read.text);
  const last = events.findLast((event) => event.finish !== undefined);
  return {
    status: answer.status,
    replica: answer.headers.get('x-gateway-replica'),
    text: events.map(({ text }) => text).join(''),
    finishReason: last?.finish,
    outputTokens: events.findLast((event) => event.outputTokens !== undefined)?.outputTokens,
    seams: [...read.text.matchAll(/^: x-gateway-resumed after (\d+) tokens$/gm)].map(([, count]) =>
      Number(count),
    ),
    errorCode: answer.ok ? events.at(-1)?.errorCode : errorCodeIn(read.text),
    retryAfter: answer.headers.get('retry-after'),
    isDone: read.text.endsWith('data: [DONE]\n\n'),
    isBroken: read.isBroken,
    longestGapMs: read.longestGapMs,
    endMs: performance.now(),
  };
}

/** How it ended for a client that reads by the book. */
export function endingOf(answer: StreamedAnswer): Ending {
  if (answer.status !== 200) return 'refused';
  if (answer.errorCode !== undefined || answer.isBroken) return 'told';
  return answer.finishReason === 'length' && answer.isDone ? 'whole' : 'silent';
}

/** Counts of endings, in words. */
export function tally(answers: readonly StreamedAnswer[]): string {
  const counts = new Map<Ending, number>();
  for (const answer of answers) {
    const ending = endingOf(answer);
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  return [...counts].map(([ending, count]) => `${count} ${ending}`).join(', ');
}

interface ReadPieces {
  readonly text: string;
  readonly isBroken: boolean;
  readonly longestGapMs: number;
}

async function readPieces(answer: Response, seen?: (pieces: number) => void): Promise<ReadPieces> {
  const decoder = new TextDecoder();
  const body: AsyncIterable<Uint8Array> = answer.body ?? new ReadableStream<Uint8Array>();
  let text = '';
  let pieces = 0;
  let longestGapMs = 0;
  let lastMs = performance.now();
  try {
    for await (const piece of body) {
      text += decoder.decode(piece, { stream: true });
      pieces += 1;
      seen?.(pieces);
      const nowMs = performance.now();
      // The first piece waits for the prompt.
      if (pieces > 1) longestGapMs = Math.max(longestGapMs, nowMs - lastMs);
      lastMs = nowMs;
    }
  } catch {
    return { text, isBroken: true, longestGapMs };
  }
  return { text, isBroken: false, longestGapMs };
}

interface Event {
  readonly text: string;
  readonly finish: string | undefined;
  readonly outputTokens: number | undefined;
  readonly errorCode: unknown;
}

interface Choice {
  readonly text?: string;
  readonly delta?: { readonly content?: string | null };
  readonly finish_reason: string | null;
}

interface Chunk {
  readonly choices?: readonly Choice[];
  readonly usage?: { readonly completion_tokens: number } | null;
  readonly error?: { readonly code: unknown };
}

function dataOf(stream: string): readonly Event[] {
  const events = [...stream.matchAll(/^data: (\{.*\})$/gm)];
  return events.map(([, json = '']) => {
    const { choices = [], usage, error } = JSON.parse(json) as Chunk;
    const [choice] = choices;
    return {
      text: choice?.text ?? choice?.delta?.content ?? '',
      finish: choice?.finish_reason ?? undefined,
      outputTokens: usage?.completion_tokens,
      errorCode: error?.code,
    };
  });
}

function errorCodeIn(body: string): unknown {
  return (JSON.parse(body) as Chunk).error?.code;
}

import type { FakeReply } from '../fake-reply.ts';
import type { Saying } from './language.ts';
import { wordOf } from './language.ts';

/** What a client meant to ask, and what it is to get. */
export interface Wanted {
  readonly body: Readonly<Record<string, unknown>>;
  readonly saying: Saying;
  readonly isStreamed: boolean;
}

/** What a client can tell of the answer that it got. */
export type Verdict =
  /** The whole answer, and the right one. */
  | 'whole'
  /** It ended as an error that no SDK takes for an answer. */
  | 'error'
  | 'left'
  /** A promise is broken; `wrong` says which. */
  | { readonly wrong: string };

/** The client's ledger: what it has been told, by its bytes alone. */
export function verdictOn(reply: FakeReply, wanted: Wanted): Verdict {
  if (reply.departed) return prefixOrWrong(reply, wanted, 'left');
  if (reply.ending === 'open') return { wrong: 'it never ended' };
  if (reply.head?.status !== 200) {
    return reply.ending === 'finished' ? 'error' : { wrong: 'a refusal was broken' };
  }
  return wanted.isStreamed ? streamed(reply, wanted) : whole(reply, wanted);
}

function whole(reply: FakeReply, { saying }: Wanted): Verdict {
  if (reply.ending === 'broken') return 'error';
  const { choices } = JSON.parse(reply.text) as WholeAnswer;
  const text = saying.ids.map(wordOf).join('');
  const isRight = choices[0]?.text === text && choices[0].finish_reason === saying.finish;
  return isRight ? 'whole' : { wrong: `a whole answer differs: ${reply.text}` };
}

function streamed(reply: FakeReply, wanted: Wanted): Verdict {
  const { text, finish, isDone, hasError } = read(reply.text);
  if (!expected(wanted).startsWith(text)) return { wrong: `bytes differ: ${text}` };
  if (reply.ending === 'broken') {
    if (isDone) return { wrong: '[DONE] and a broken connection' };
    return hasError ? 'error' : { wrong: 'it broke without an error event' };
  }
  if (!isDone || finish === undefined || hasError) return { wrong: 'a cut answer ended well' };
  if (text !== expected(wanted)) return { wrong: `a part was called the whole: ${text}` };
  return finish === wanted.saying.finish ? 'whole' : { wrong: `it ended by ${finish}` };
}

function prefixOrWrong(reply: FakeReply, wanted: Wanted, verdict: Verdict): Verdict {
  if (!wanted.isStreamed || reply.head?.status !== 200) return verdict;
  const { text } = read(reply.text);
  return expected(wanted).startsWith(text) ? verdict : { wrong: `bytes differ: ${text}` };
}

function expected({ saying }: Wanted): string {
  return saying.ids.map(wordOf).join('');
}

interface WholeAnswer {
  readonly choices: readonly { readonly text: string; readonly finish_reason: string }[];
}

interface Read {
  readonly text: string;
  readonly finish: string | undefined;
  readonly isDone: boolean;
  readonly hasError: boolean;
}

function read(stream: string): Read {
  let text = '';
  let finish: string | undefined;
  let isDone = false;
  let hasError = false;
  for (const line of stream.split('\n')) {
    if (!line.startsWith('data: ')) continue;
    const payload = line.slice('data: '.length);
    if (payload === '[DONE]') {
      isDone = true;
      continue;
    }
    const event = parsed(payload);
    if (event === undefined) continue;
    hasError ||= event.error !== undefined;
    text += event.choices?.[0]?.text ?? '';
    finish = event.choices?.[0]?.finish_reason ?? finish;
  }
  return { text, finish, isDone, hasError };
}

interface Event {
  readonly error?: unknown;
  readonly choices?: readonly {
    readonly text?: string;
    readonly finish_reason?: string | null;
  }[];
}

/** The last line of a stream that broke may be half of one. */
function parsed(payload: string): Event | undefined {
  try {
    return JSON.parse(payload) as Event;
  } catch {
    return undefined;
  }
}

import type { AnswerPart, EventMold, Finish } from './dialect.ts';

/** A JSON string's inside: anything but a bare quote. */
const LITERAL = String.raw`((?:[^"\\]|\\.)*)`;

const TEXT = new RegExp(String.raw`"(?:text|content)":\s*"${LITERAL}"`);
const FINISH = /"finish_reason":\s*"([^"\\]{1,64})"/;
const STOP = new RegExp(String.raw`"(?:stop_reason|matched_stop)":\s*("${LITERAL}"|-?\d+)`);
const USAGE = '"usage":';

/** Reads what an event of OpenAI's two text APIs brings. */
export function readAnswerPart(event: string): AnswerPart {
  const reason = FINISH.exec(event)?.[1];
  const usageAt = event.lastIndexOf(USAGE);
  return {
    literal: TEXT.exec(event)?.[1] ?? '',
    finish: reason === undefined ? undefined : { reason, stopJson: STOP.exec(event)?.[1] },
    usageJson: usageAt === -1 ? undefined : objectAt(event, usageAt + USAGE.length),
  };
}

/** The object that starts at `start`, which holds no text with a brace. */
function objectAt(event: string, start: number): string | undefined {
  const open = event.indexOf('{', start);
  if (open === -1 || event.slice(start, open).trim() !== '') return undefined;
  let depth = 0;
  for (let at = open; at < event.length; at += 1) {
    if (event[at] === '{') depth += 1;
    else if (event[at] === '}') depth -= 1;
    if (depth === 0) return event.slice(open, at + 1);
  }
  return undefined;
}

const CHOICES = /"choices":\s*\[/;
const STILL_RUNNING = /"finish_reason":\s*null/;
const NO_STOP = /"(stop_reason|matched_stop)":\s*null/;

/** Molds events after one with plain text; `undefined` where it has none, or is the last of its choice. */
export function moldOf(event: string): EventMold | undefined {
  const text = TEXT.exec(event);
  const choices = CHOICES.exec(event);
  const isPlain = text !== null && text[1] !== '' && choices !== null;
  if (!isPlain || !STILL_RUNNING.test(event)) return undefined;
  const literalEnd = text.index + text[0].length - 1;
  const literalStart = literalEnd - (text[1]?.length ?? 0);
  const before = event.slice(0, literalStart);
  const after = event.slice(literalEnd);
  const head = event.slice(0, choices.index + choices[0].length);
  return {
    output(literal, finish) {
      return `${before}${literal}${finish === undefined ? after : finished(after, finish)}`;
    },
    usage: (usageJson) => `${head}],"usage":${usageJson}}\n\n`,
  };
}

/** Both engines have the reason behind the text, and what stopped it behind the reason. */
function finished(after: string, { reason, stopJson }: Finish): string {
  const ended = after.replace(STILL_RUNNING, `"finish_reason":"${reason}"`);
  return stopJson === undefined
    ? ended
    : ended.replace(NO_STOP, (_, name) => `"${name}":${stopJson}`);
}

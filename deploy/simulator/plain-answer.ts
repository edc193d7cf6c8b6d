import type { ServerResponse } from 'node:http';

/** A whole answer. */
export interface PlainAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Content types as the engines' web framework writes them. */
export const contentTypes: Readonly<Record<'json' | 'text' | 'events', string>> = {
  json: 'application/json',
  text: 'text/plain; charset=utf-8',
  events: 'text/event-stream; charset=utf-8',
};

/** A JSON answer, written compactly. */
export function jsonAnswer(status: number, value: unknown): PlainAnswer {
  return { status, contentType: contentTypes.json, body: JSON.stringify(value) };
}

/** A plain text answer. */
export function textAnswer(status: number, body: string): PlainAnswer {
  return { status, contentType: contentTypes.text, body };
}

/** An answer without a body or a type. */
export function emptyAnswer(status: number): PlainAnswer {
  return { status, contentType: '', body: '' };
}

/** An event stream that has come to its end: each event's data, then `[DONE]`. */
export function eventsAnswer(...events: readonly string[]): PlainAnswer {
  const body = [...events, '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
  return { status: 200, contentType: contentTypes.events, body };
}

/** Writes an answer with its length; an event stream in chunks instead. Does nothing when the client has left. */
export function sendAnswer(response: ServerResponse, answer: PlainAnswer): void {
  if (response.destroyed || response.headersSent) return;
  const type = answer.contentType === '' ? {} : { 'content-type': answer.contentType };
  const isStream = answer.contentType === contentTypes.events;
  const length = isStream ? {} : { 'content-length': Buffer.byteLength(answer.body) };
  response.writeHead(answer.status, { ...answer.headers, ...length, ...type });
  response.end(answer.body);
}

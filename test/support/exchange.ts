import type { Dialect } from '../../gateway/dialects/dialect.ts';
import { openAiChat } from '../../gateway/dialects/openai-chat.ts';
import type { GenerateRequest } from '../../gateway/generation/request.ts';
import type { Exchange } from '../../gateway/pipeline/exchange.ts';
import type { RecordSink } from '../../telemetry/recorder.ts';
import { Recorder } from '../../telemetry/recorder.ts';
import { FakeReply } from './fake-reply.ts';

/** The record of a request that came at 0, handed to nobody. */
export function aRecorder(ended: RecordSink = () => undefined): Recorder {
  const arrival = {
    requestId: 'request-0',
    receivedMs: 0,
    method: 'POST',
    route: '/v1/chat/completions',
    operation: 'chat',
  };
  return new Recorder(arrival, undefined, ended, () => 0.5);
}

/** Members of the body of a short chat, streamed. */
export const chatBody: Readonly<Record<string, unknown>> = {
  model: 'llama',
  messages: [{ role: 'user', content: 'Name three colours.' }],
  stream: true,
};

/** What a dialect makes of a body. */
export function decoded(
  body: object = chatBody,
  dialect: Dialect = openAiChat,
  path = '/v1/chat/completions',
): GenerateRequest {
  return dialect.decode(Buffer.from(JSON.stringify(body)), path);
}

/** An exchange whose client's side a test can look at. */
export type AnExchange = Exchange & { readonly reply: FakeReply };

/** A streamed chat of a patient client. */
export function anExchange(facts: Partial<AnExchange> = {}): AnExchange {
  const { request = decoded(), recorder = aRecorder() } = facts;
  recorder.streamed = request.stream;
  return {
    requestId: 'request-0',
    dialect: openAiChat,
    path: '/v1/chat/completions',
    request,
    tenant: 'anyone',
    tenantWeight: 1,
    priority: 0,
    authorization: undefined,
    receivedMs: 0,
    deadlineMs: Infinity,
    recorder,
    reply: facts.reply ?? new FakeReply(),
    namesReplica: false,
    charge: undefined,
    ...facts,
  };
}

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { parseBody } from './body-fields.ts';
import { EventWriter, killSocket } from './event-writer.ts';
import type { Exchange, HandlerParts } from './exchange.ts';
import type { RequestFault } from './fault-rules.ts';
import {
  type GenerationRequest,
  type GenerationShape,
  readGenerationRequest,
} from './generation-request.ts';
import { contentTypes, sendAnswer } from './plain-answer.ts';
import { planGeneration } from './plan-generation.ts';
import { findUnknownToken } from './prompts.ts';
import type { AnswerWriter } from './protocols/protocol.ts';
import { RequestRefused } from './refusal.ts';
import { RunningGeneration } from './running-generation.ts';
import { type StreamFault, StreamSink } from './stream-sink.ts';
import { WholeSink } from './whole-sink.ts';

/** What a generation's answer needs beside the request. */
export interface GenerationParts extends Pick<HandlerParts, 'replica' | 'protocol' | 'onFatal'> {
  readonly shape: GenerationShape;
  readonly faults: readonly RequestFault[];
}

/** Answers a request that generates, from its body to the last byte. */
export function answerGeneration(exchange: Exchange, parts: GenerationParts): void {
  let stream = false;
  try {
    const members = readMembers(exchange, parts);
    stream = members['stream'] === true;
    const request = readGenerationRequest(members, parts.shape, parts.protocol.rules);
    if (isFatal(request, parts)) return parts.onFatal();
    run(exchange, parts, startGeneration(exchange, parts, request));
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    refuse(exchange, parts, { refused: error, stream });
  }
}

function readMembers(
  { request, body }: Exchange,
  { protocol }: GenerationParts,
): Readonly<Record<string, unknown>> {
  const type = request.headers['content-type'] ?? 'application/json';
  if (protocol.rules.checksContentType && body.length > 0 && !type.includes('json')) {
    throw new RequestRefused({ kind: 'wrong-content-type' });
  }
  return parseBody(body.toString('utf8'));
}

/** Some engines do not look at token ids, and die of those that are none. */
function isFatal({ prompts }: GenerationRequest, { protocol }: GenerationParts): boolean {
  return protocol.rules.unknownTokens === 'fatal' && findUnknownToken(prompts) !== undefined;
}

function startGeneration(
  { request: { headers } }: Exchange,
  { replica, protocol }: GenerationParts,
  request: GenerationRequest,
): RunningGeneration {
  const clientId = headers['x-request-id'];
  const plan = planGeneration(request, {
    replica,
    protocol,
    clientId: typeof clientId === 'string' ? clientId : undefined,
    random: randomBytes(16).toString('hex'),
  });
  if (protocol.isFull(replica)) throw new RequestRefused({ kind: 'queue-full' });
  const generation = new RunningGeneration(plan, replica.watch(request.stream));
  replica.enter(generation);
  return generation;
}

/** Gives the generation to the engine, and takes it out again when the client leaves. */
function run(exchange: Exchange, parts: GenerationParts, generation: RunningGeneration): void {
  const { response } = exchange;
  response.once('close', () => {
    if (!response.writableFinished) generation.drop();
  });
  if (!generation.request.stream) {
    return generation.start(parts.replica.engine, wholeSink(exchange, parts, generation));
  }
  const sink = streamSink(exchange, parts, generation);
  generation.start(parts.replica.engine, sink);
  sink.start();
}

function streamSink(
  { response }: Exchange,
  { protocol, replica, shape, faults }: GenerationParts,
  generation: RunningGeneration,
): StreamSink {
  const headers = { ...protocol.headers(generation), 'content-type': contentTypes.events };
  return new StreamSink({
    generation,
    frames: writerOf({ protocol, shape }).frames(generation),
    writer: new EventWriter(response, headers),
    headBeforeTokens: protocol.headBeforeTokens,
    faults: streamFaults(faults),
    errorEvent: (message, code) => protocol.errorEvent({ message, code }, shape),
    after: (ms, callback) => replica.later(ms, callback),
  });
}

function wholeSink(
  { request, response }: Exchange,
  { protocol, replica, shape, faults }: GenerationParts,
  generation: RunningGeneration,
): WholeSink {
  return new WholeSink({
    generation,
    faults: streamFaults(faults),
    answer: () => ({
      status: 200,
      contentType: contentTypes.json,
      body: writerOf({ protocol, shape }).whole(generation),
      headers: protocol.headers(generation),
    }),
    failure: (message, code) => protocol.failure({ message, code }, shape),
    send: (answer) => sendAnswer(response, answer),
    kill: (ending) => killSocket(request.socket, ending),
    after: (ms, callback) => replica.later(ms, callback),
  });
}

function refuse(
  { response, path }: Exchange,
  { replica, protocol, shape }: GenerationParts,
  { refused, stream }: { readonly refused: RequestRefused; readonly stream: boolean },
): void {
  if (refused.refusal.kind === 'queue-full') replica.observations.rejected += 1;
  sendAnswer(response, protocol.refuse(refused.refusal, { path, shape, stream }, replica));
}

/** The writer of a route; a protocol has one for each that it names. */
function writerOf({ protocol, shape }: Pick<GenerationParts, 'protocol' | 'shape'>): AnswerWriter {
  const writer = protocol.writers[shape];
  assert(writer !== undefined, `${protocol.name} writes ${shape}`);
  return writer;
}

/** The faults that strike inside an answer, in the order of their moments. */
function streamFaults(faults: readonly RequestFault[]): readonly StreamFault[] {
  return faults.filter(isStreamFault).toSorted((a, b) => a.at - b.at);
}

function isStreamFault(fault: RequestFault): fault is StreamFault {
  return 'at' in fault && fault.at !== 'headers';
}

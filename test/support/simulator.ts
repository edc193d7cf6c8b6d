import { composeAnswer, type Finish } from '../../deploy/simulator/answer.ts';
import type { VirtualClock } from '../../deploy/simulator/clock.ts';
import type { SimulatedLoad } from '../../deploy/simulator/engine.ts';
import type { Choice, Generation, Milestones } from '../../deploy/simulator/generation.ts';
import type { GenerationRequest } from '../../deploy/simulator/generation-request.ts';
import { chainOf } from '../../deploy/simulator/hash-chain.ts';
import { Observations } from '../../deploy/simulator/observations.ts';
import type { Ending, StreamWriter } from '../../deploy/simulator/event-writer.ts';
import { findPreset, type Preset } from '../../deploy/simulator/presets.ts';
import { type Prompt, promptOfText } from '../../deploy/simulator/prompts.ts';
import { findProtocol } from '../../deploy/simulator/protocols/catalog.ts';
import type { AnswerWriter } from '../../deploy/simulator/protocols/protocol.ts';
import { RequestRefused, type Refusal } from '../../deploy/simulator/refusal.ts';
import type { ReplicaView } from '../../deploy/simulator/replica-view.ts';
import { SimulatedReplica } from '../../deploy/simulator/simulated-replica.ts';
import { capture } from './captures.ts';

/** A streamed completion of one prompt, four tokens long. */
export function aGenerationRequest(facts: Partial<GenerationRequest> = {}): GenerationRequest {
  return {
    shape: 'completions',
    model: 'asked-model',
    prompts: [promptOfText('able about')],
    choicesPerPrompt: 1,
    outputTokensMax: 4,
    outputTokensMin: 0,
    ignoreEnd: true,
    stop: [],
    stream: true,
    includeUsage: false,
    continuousUsage: false,
    echo: false,
    returnTokenIds: false,
    requestId: undefined,
    ...facts,
  };
}

/** What may be set about a generation that a writer is to write. */
export interface GenerationFacts {
  readonly request?: Partial<GenerationRequest>;
  /** The same for every prompt. */
  readonly cachedTokens?: number;
  /** How every choice ended, in place of its planned end. */
  readonly finish?: Finish;
  readonly milestones?: Milestones;
}

/** A generation whose tokens a test sends by hand. */
export interface WrittenGeneration extends Generation {
  /** Tokens that each choice has so far. */
  readonly sent: number[];
}

/** A generation as a writer sees it, with ids and times that are easy to read. */
export function aGeneration(facts: GenerationFacts = {}): WrittenGeneration {
  const request = aGenerationRequest(facts.request);
  const choices = choicesOf(request);
  const sent = choices.map(() => 0);
  return {
    id: 'id-0',
    requestId: 'request-1',
    createdSeconds: 1_700_000_000,
    receivedSeconds: 1_700_000_000.5,
    model: 'shown-model',
    request,
    choices,
    sent,
    milestones: () =>
      facts.milestones ?? { receivedMs: 1000, firstTokenMs: 1500, lastTokenMs: 3500 },
    cachedTokens: () => facts.cachedTokens ?? 0,
    finish: (choice) => facts.finish ?? choice.answer.finish,
    tokens: (choice) => sent[choice.index] ?? 0,
  };
}

function choicesOf(request: GenerationRequest): Choice[] {
  const choices = request.prompts.flatMap((prompt, promptIndex) =>
    Array.from({ length: request.choicesPerPrompt }, (_, index) =>
      aChoice(prompt, request, { promptIndex, index }),
    ),
  );
  return choices.map((choice, index) => ({ ...choice, index }));
}

function aChoice(
  prompt: Prompt,
  request: GenerationRequest,
  { promptIndex, index }: { readonly promptIndex: number; readonly index: number },
): Choice {
  const id = `id-${promptIndex}`;
  const answer = composeAnswer(chainOf(prompt.ids, index), {
    outputTokensMax: request.outputTokensMax ?? 16,
    outputTokensMin: request.outputTokensMin,
    ignoreEnd: request.ignoreEnd,
    stop: request.stop,
  });
  return { index, id, idJson: JSON.stringify(id), prompt, answer };
}

/** Writes a whole stream: each choice in turn gets chunks of so many tokens until it has all. */
export function writeStream(
  writer: AnswerWriter,
  generation: WrittenGeneration,
  tokensPerChunk = 1,
): string {
  const frames = writer.frames(generation);
  let text = '';
  for (let isGoing = true; isGoing;) {
    isGoing = false;
    for (const choice of generation.choices) {
      const from = generation.sent[choice.index] ?? 0;
      if (from === choice.answer.tokens) continue;
      isGoing = true;
      const to = Math.min(from + tokensPerChunk, choice.answer.tokens);
      generation.sent[choice.index] = to;
      if (from === 0) text += frames.opening(choice);
      const isLast = to === choice.answer.tokens;
      text += isLast ? frames.last(choice, from, to) : frames.content(choice, from, to);
    }
  }
  return text + frames.closing();
}

/** The body of an answer that is not streamed, parsed. */
export function writeWhole(writer: AnswerWriter, generation: WrittenGeneration): unknown {
  for (const choice of generation.choices) generation.sent[choice.index] = choice.answer.tokens;
  return JSON.parse(writer.whole(generation));
}

/** Writes down what is done with a stream, and keeps up or not as a test wants. */
export class FakeWriter implements StreamWriter {
  /** `head`, `text …`, `raw …`, `end …`, `fin` or `rst`, in the order in which they were called for. */
  readonly calls: string[] = [];
  isFull = false;
  #isOpen = false;
  readonly #drained: (() => void)[] = [];

  open(): void {
    if (!this.#isOpen) this.calls.push('head');
    this.#isOpen = true;
  }

  write(text: string): void {
    if (text === '') return;
    this.open();
    this.calls.push(`text ${text}`);
  }

  end(text: string): void {
    this.open();
    this.calls.push(`end ${text}`);
  }

  writeRaw(bytes: string): void {
    this.calls.push(`raw ${bytes}`);
  }

  kill(ending: Ending): void {
    this.calls.push(ending);
  }

  whenDrained(callback: () => void): void {
    this.#drained.push(callback);
  }

  /** The client has caught up. */
  drain(): void {
    this.isFull = false;
    for (const callback of this.#drained.splice(0)) callback();
  }
}

/** The data of each event of a stream, in order, `[DONE]` too. */
export function eventData(stream: string): string[] {
  const events = stream.split('\n\n');
  if (events.pop() !== '') throw new Error('the stream does not end with a blank line');
  return events.map((event) => {
    if (!event.startsWith('data: ')) throw new Error(`no data: ${event}`);
    return event.slice('data: '.length);
  });
}

/** The events of a stream, parsed, without `[DONE]`. */
export function parsedEvents(stream: string): unknown[] {
  return eventData(stream)
    .filter((data) => data !== '[DONE]')
    .map((data): unknown => JSON.parse(data));
}

/** The members of a JSON value with those inside them, in their order: what a strict client looks at. */
export function keyShape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [keyShape(value[0])];
  if (typeof value !== 'object' || value === null) return kindOf(value);
  return Object.entries(value).map(([key, member]) => [key, keyShape(member)]);
}

/** The shapes of a stream's events, each once where several of one shape follow each other. */
export function eventShapes(stream: string): unknown[] {
  const shapes = parsedEvents(stream).map((event) => JSON.stringify(keyShape(event)));
  const distinct = shapes.filter((shape, index) => shape !== shapes[index - 1]);
  return distinct.map((shape): unknown => JSON.parse(shape));
}

/** Null, text, number or flag. */
function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

/** The body of a captured answer, as text. */
export function captureBody(name: string): string {
  return Buffer.concat([...capture(name).chunks]).toString('utf8');
}

/** An engine that does nothing. */
export const idleLoad: SimulatedLoad = {
  runningRequests: 0,
  waitingRequests: 0,
  waitingTokens: 0,
  usedTokens: 0,
  capacityTokens: 1000,
  preemptions: 0,
  promptTokensTotal: 0,
  cachedTokensTotal: 0,
  outputTokensTotal: 0,
};

/** A replica that stands still and shows what a test gives it. */
export function aReplicaView(facts: Partial<ReplicaView> = {}): ReplicaView {
  const load = facts.load ?? (() => idleLoad);
  return {
    preset: thePreset('vllm-current-8xh100-tp8'),
    model: 'served-model',
    host: '127.0.0.1',
    port: 30_000,
    queuedRequestsMax: undefined,
    startedSeconds: 1_700_000_000,
    nowSeconds: () => 1_700_000_100,
    secondsAt: (engineMs) => 1_700_000_000 + engineMs / 1000,
    openRequests: () => 0,
    load,
    metricsGauges: () => ({ load: load(), takenAtMs: 5000 }),
    loadsGauges: () => ({ load: load(), takenAtMs: 5000 }),
    observations: new Observations({ firstToken: [1], interToken: [0.1], endToEnd: [10] }),
    flushCache: () => true,
    abort: () => 0,
    after: () => Promise.resolve(),
    prefill: () => Promise.resolve(),
    ...facts,
  };
}

/** A replica on a virtual clock that runs twice as fast as the wall, from 1.7e9 s on. */
export function aSimulatedReplica(
  preset: string,
  { clock, model = 'm' }: { readonly clock: VirtualClock; readonly model?: string },
): SimulatedReplica {
  return new SimulatedReplica({
    preset: thePreset(preset),
    protocol: findProtocol(thePreset(preset)),
    clock,
    speed: 2,
    model,
    host: '127.0.0.1',
    queuedRequestsMax: undefined,
    seed: undefined,
    wallSeconds: () => 1_700_000_000 + clock.nowMs() / 2 / 1000,
    slowness: () => 1,
  });
}

/** The preset of that name. */
export function thePreset(name: string): Preset {
  const preset = findPreset(name);
  if (preset === undefined) throw new Error(`no preset ${name}`);
  return preset;
}

/** The refusal that a reader of a body ends with. */
export function refusalOf(read: () => unknown): Refusal {
  try {
    read();
  } catch (error) {
    if (error instanceof RequestRefused) return error.refusal;
    throw error;
  }
  throw new Error('the body was taken');
}

import type { Finish } from './answer.ts';
import type { AnswerSink } from './answer-sink.ts';
import type { SimulatedEngine, SimulatedGeneration, SimulatedRequest } from './engine.ts';
import type { Choice, Generation, Milestones } from './generation.ts';
import type { GenerationRequest } from './generation-request.ts';
import type { RequestSeries } from './observations.ts';

/** What stands fast about a generation before it runs. */
export interface GenerationPlan {
  readonly id: string;
  readonly requestId: string;
  readonly createdSeconds: number;
  readonly receivedSeconds: number;
  /** Engine milliseconds. */
  readonly receivedMs: number;
  readonly model: string;
  readonly request: GenerationRequest;
  readonly choices: readonly Choice[];
  /** What the engine is to run for each choice. */
  readonly work: readonly SimulatedRequest[];
}

/** Told of what an engine's own books would note. */
export interface GenerationWatcher {
  readonly series: RequestSeries;
  /** A first token came at `atMs`. */
  prefilled(atMs: number): void;
  /** Tokens came at `atMs`. */
  stepped(atMs: number, tokens: number): void;
  /** It has ended. */
  ended(generation: RunningGeneration, ending: GenerationEnding): void;
}

/** How a generation left the engine: by itself, by an abort that its client is told of, or because that has gone. */
export type GenerationEnding = 'finished' | 'aborted' | 'dropped';

/** One request in the engine: its choices, how far each has come, and how it ends. */
export class RunningGeneration implements Generation {
  readonly id: string;
  readonly requestId: string;
  readonly createdSeconds: number;
  readonly receivedSeconds: number;
  readonly model: string;
  readonly request: GenerationRequest;
  readonly choices: readonly Choice[];
  readonly #plan: GenerationPlan;
  readonly #watcher: GenerationWatcher;
  readonly #produced: Int32Array;
  readonly #lastMs: Float64Array;
  readonly #isDone: boolean[];
  readonly #isAborted: boolean[];
  #handles: readonly SimulatedGeneration[] = [];
  #sink: AnswerSink | undefined;
  #running: number;
  #firstTokenMs: number | undefined;
  #lastTokenMs: number | undefined;

  constructor(plan: GenerationPlan, watcher: GenerationWatcher) {
    this.id = plan.id;
    this.requestId = plan.requestId;
    this.createdSeconds = plan.createdSeconds;
    this.receivedSeconds = plan.receivedSeconds;
    this.model = plan.model;
    this.request = plan.request;
    this.choices = plan.choices;
    this.#plan = plan;
    this.#watcher = watcher;
    this.#produced = new Int32Array(plan.choices.length);
    this.#lastMs = new Float64Array(plan.choices.length);
    this.#isDone = plan.choices.map(() => false);
    this.#isAborted = plan.choices.map(() => false);
    this.#running = plan.choices.length;
  }

  /** Gives every choice to the engine; what comes out goes to `sink`. */
  start(engine: SimulatedEngine, sink: AnswerSink): void {
    this.#sink = sink;
    this.#handles = this.choices.map((choice, index) => {
      const work = this.#plan.work[index] ?? { promptTokens: 1, outputTokens: 1, blockHashes: [] };
      return engine.submit(work, {
        tokens: (count, atMs) => this.#tokens(choice, count, { atMs, planned: work.outputTokens }),
        finished: () => this.#end(choice),
      });
    });
  }

  /** The client has left: out of the engine at once, and nothing more to tell. */
  drop(): void {
    this.#sink = undefined;
    this.#takeOut('dropped');
  }

  /** Ends every choice with the reason `abort`, which the client is told. */
  abort(): void {
    if (this.#running === 0) return;
    const sink = this.#sink;
    const rest = this.choices.filter((choice) => this.#isDone[choice.index] !== true);
    this.#takeOut('aborted');
    for (const choice of rest) sink?.tokens(choice, true);
    sink?.finished();
  }

  milestones(): Milestones {
    return {
      receivedMs: this.#plan.receivedMs,
      firstTokenMs: this.#firstTokenMs,
      lastTokenMs: this.#lastTokenMs,
    };
  }

  cachedTokens(choice: Choice): number {
    return this.#handles[choice.index]?.cachedTokens ?? 0;
  }

  finish(choice: Choice): Finish {
    return this.#isAborted[choice.index] === true ? { reason: 'abort' } : choice.answer.finish;
  }

  tokens(choice: Choice): number {
    const produced = this.#produced[choice.index] ?? 0;
    return produced < choice.answer.tokens ? produced : choice.answer.tokens;
  }

  #tokens(
    choice: Choice,
    count: number,
    { atMs, planned }: { readonly atMs: number; readonly planned: number },
  ): void {
    const { index } = choice;
    const before = this.#produced[index] ?? 0;
    this.#produced[index] = before + count;
    this.#note(index, { before, count, atMs });
    this.#sink?.tokens(choice, before + count >= planned);
  }

  /** Keeps the engine's books. */
  #note(
    index: number,
    {
      before,
      count,
      atMs,
    }: { readonly before: number; readonly count: number; readonly atMs: number },
  ): void {
    const { series } = this.#watcher;
    if (this.#firstTokenMs === undefined) {
      this.#firstTokenMs = atMs;
      series.firstTokenSeconds.record((atMs - this.#plan.receivedMs) / 1000);
      this.#watcher.prefilled(atMs);
    }
    if (before > 0) {
      series.interTokenSeconds.record((atMs - (this.#lastMs[index] ?? atMs)) / 1000 / count, count);
    }
    this.#lastMs[index] = atMs;
    this.#lastTokenMs = atMs;
    this.#watcher.stepped(atMs, count);
  }

  #end(choice: Choice): void {
    this.#isDone[choice.index] = true;
    this.#running -= 1;
    if (this.#running > 0) return;
    this.#watcher.ended(this, 'finished');
    this.#sink?.finished();
  }

  #takeOut(ending: GenerationEnding): void {
    if (this.#running === 0) return;
    for (const choice of this.choices) {
      if (this.#isDone[choice.index] === true) continue;
      this.#isAborted[choice.index] = true;
      this.#handles[choice.index]?.abort();
    }
    this.#running = 0;
    this.#watcher.ended(this, ending);
  }
}

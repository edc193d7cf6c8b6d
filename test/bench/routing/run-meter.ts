import type { VirtualFleet } from '../../../gateway/replay/virtual/virtual-fleet.ts';
import type { AnswerListener } from '../../../gateway/replay/virtual/virtual-sender.ts';
import { percentile } from '../../../gateway/replay/statistics.ts';
import type { WorkloadRequest } from '../../../gateway/replay/workload.ts';
import { GapHistogram } from './gap-histogram.ts';
import type { Capacity } from './line.ts';
import type { Figures } from './metrics.ts';
import { slo } from './metrics.ts';
import { Spread } from './spread.ts';
import type { Traffic } from './traffic.ts';

interface Answer {
  readonly request: WorkloadRequest;
  replica: string | undefined;
  firstMs: number | undefined;
  lastMs: number;
  tokens: number;
  state: 'open' | 'whole' | 'failed';
}

/** When things happen, and who wants to know of the end. */
export interface Watched {
  readonly nowMs: () => number;
  /** Nothing more is to come of the request. */
  readonly onEnd: () => void;
}

/** Watches the answers of one run and sums them up. */
export class RunMeter {
  readonly #traffic: Traffic;
  readonly #capacity: Capacity;
  readonly #answers: Answer[] = [];
  readonly #gaps = new GapHistogram();
  readonly #spread: Spread;
  readonly #servedTokens: Map<string, number> = new Map();
  #ended = 0;
  #endedMs = 0;

  constructor(traffic: Traffic, capacity: Capacity, replicas: readonly string[]) {
    this.#traffic = traffic;
    this.#capacity = capacity;
    this.#spread = new Spread(replicas);
  }

  /** Requests that have come to an end. */
  get ended(): number {
    return this.#ended;
  }

  /** Watches one request. */
  watch(request: WorkloadRequest, { nowMs, onEnd }: Watched): AnswerListener {
    const answer: Answer = {
      request,
      replica: undefined,
      firstMs: undefined,
      lastMs: 0,
      tokens: 0,
      state: 'open',
    };
    this.#answers.push(answer);
    const end = (state: 'whole' | 'failed', atMs: number): void => {
      answer.state = state;
      this.#ended += 1;
      this.#endedMs = Math.max(this.#endedMs, atMs);
      if (answer.replica !== undefined) this.#spread.left(answer.replica);
      onEnd();
    };
    return {
      dispatched: (replica) => {
        if (answer.replica !== undefined) this.#spread.left(answer.replica);
        answer.replica = replica;
        this.#spread.came(replica, request.arrivalMs === nowMs());
      },
      tokens: (count, atMs) => this.#tokens(answer, count, atMs),
      finished: ({ atMs }) => end('whole', atMs),
      failed: () => end('failed', answer.lastMs),
    };
  }

  /** The run is over at `nowMs`; what is still open has failed. */
  figures(fleet: VirtualFleet, nowMs: number): Figures {
    const judged = this.#answers.filter(
      ({ request }) => request.arrivalMs >= this.#traffic.warmUpMs,
    );
    const waits = Float64Array.from(judged, (answer) => waitMs(answer, nowMs)).sort();
    const top = Math.max(...judged.map(({ request }) => request.priority ?? 0));
    const ofTop = judged.filter(({ request }) => (request.priority ?? 0) === top);
    return {
      ttftP50Ms: percentile(waits, 50),
      ttftP99Ms: percentile(waits, 99),
      gapP99Ms: this.#gaps.percentile(99),
      goodput: this.#goodput(judged),
      makespanMs: this.#endedMs,
      ...work(fleet),
      spread: this.#spread.atItsFullest,
      tickSpread: this.#spread.afterTheTick,
      jain: jain([...this.#servedTokens.values()]),
      topSlo: ofTop.filter(meetsSlo).length / ofTop.length,
    };
  }

  #tokens(answer: Answer, count: number, atMs: number): void {
    const { request } = answer;
    const isFirst = answer.firstMs === undefined;
    if (answer.firstMs === undefined) answer.firstMs = atMs;
    else if (request.arrivalMs >= this.#traffic.warmUpMs) this.#gaps.add(atMs - answer.lastMs);
    answer.lastMs = atMs;
    answer.tokens += count;
    this.#count(request, isFirst ? request.promptTokens + count : count, atMs);
  }

  #count({ tenant }: WorkloadRequest, tokens: number, atMs: number): void {
    const { warmUpMs, arrivalsEndMs } = this.#traffic;
    if (tenant === undefined || atMs < warmUpMs || atMs > arrivalsEndMs) return;
    this.#servedTokens.set(tenant, (this.#servedTokens.get(tenant) ?? 0) + tokens);
  }

  /** Output tokens of answers within the service level, over what the fleet could make in that time. */
  #goodput(judged: readonly Answer[]): number {
    const { warmUpMs, arrivalsEndMs } = this.#traffic;
    const untilMs = arrivalsEndMs > warmUpMs ? arrivalsEndMs : this.#endedMs;
    const good = judged.filter(meetsSlo).reduce((sum, { tokens }) => sum + tokens, 0);
    const possible = (this.#capacity.outputTokensPerSecond * (untilMs - warmUpMs)) / 1000;
    return possible === 0 ? 0 : good / possible;
  }
}

/** Who has had no token has waited to the end. */
function waitMs({ request, firstMs = Infinity }: Answer, nowMs: number): number {
  return Math.min(firstMs, nowMs) - request.arrivalMs;
}

function meetsSlo({ request, firstMs, lastMs, tokens, state }: Answer): boolean {
  if (state !== 'whole' || firstMs === undefined) return false;
  const ttftMsMax = slo.ttftMs + slo.ttftMsPerPromptToken * request.promptTokens;
  if (firstMs - request.arrivalMs > ttftMsMax) return false;
  return tokens < 2 || (lastMs - firstMs) / (tokens - 1) <= slo.meanGapMs;
}

function work({ replicas }: VirtualFleet): Pick<Figures, 'recomputed' | 'cached'> {
  const sum = { prefillTokens: 0, promptTokens: 0, cachedTokens: 0, outputTokens: 0 };
  for (const replica of replicas.values()) {
    const done = replica.work();
    sum.prefillTokens += done.prefillTokens;
    sum.promptTokens += done.promptTokens;
    sum.cachedTokens += done.cachedTokens;
    sum.outputTokens += done.outputTokens;
  }
  const needed = sum.promptTokens - sum.cachedTokens;
  const all = sum.prefillTokens + sum.outputTokens;
  return {
    recomputed: all === 0 ? 0 : Math.max(sum.prefillTokens - needed, 0) / all,
    cached: sum.promptTokens === 0 ? 0 : sum.cachedTokens / sum.promptTokens,
  };
}

/** Jain's index of fairness: 1 where all have the same, 1 / n where one has all. */
export function jain(shares: readonly number[]): number {
  if (shares.length === 0) return 1;
  const sum = shares.reduce((total, one) => total + one, 0);
  const squares = shares.reduce((total, one) => total + one * one, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}

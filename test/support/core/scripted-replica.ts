import type { Clock } from '../../../gateway/clock.ts';
import type { Engine, EngineAsk } from '../../../gateway/engines/engine.ts';
import type { HttpAnswerSink, HttpExchange } from '../../../gateway/wire/http-client.ts';
import type { FetchText, TextAnswer } from '../../../gateway/wire/text-client.ts';
import { socketError } from '../fake-engine.ts';
import type { CallFault } from './call-faults.ts';
import { ScriptedCall } from './scripted-call.ts';

/** What a scripted replica is made with. */
export interface ReplicaTerms {
  readonly id: string;
  readonly clock: Clock;
  readonly chance: () => number;
  /** The fault that a request meets here, if any. */
  readonly faultOf: () => CallFault | undefined;
  /** Whether a request kills whatever works on it. */
  readonly isDeadly: (ask: EngineAsk) => boolean;
  /** Told of each request before it is taken. */
  readonly asked: (ask: EngineAsk, id: string) => void;
  /** Told of each request that nobody took. */
  readonly unreached: (ask: EngineAsk) => void;
  /** Told of each death by a request. */
  readonly killed: (ask: EngineAsk, id: string) => void;
}

/** Refuses everything with this status, as an engine does that is full or broken. */
export interface Refusing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Room for three requests or four. */
const KV_TOKENS = 320;
const RESTART_MS = 700;
/** In the prefill or some tokens later. */
const KILL_MS_MAX = 120;
const REFUSED = 'ECONNREFUSED';

/** A vLLM without a socket, which answers, fails and comes back as a script says, on virtual time. */
export class ScriptedReplica implements Engine {
  readonly id: string;
  readonly #terms: ReplicaTerms;
  readonly #calls: Set<ScriptedCall> = new Set();
  /** What a frozen engine would have done. */
  #parked: (() => void)[] = [];
  #isUp = true;
  #bornAtSeconds = 1;
  #gauges: string | undefined;
  isFrozen = false;
  /** Frozen, and its pages too. */
  isMute = false;
  /** Engine time passes so many times as slowly. */
  factor = 1;
  healthStatus = 200;
  refusing: Refusing | undefined;
  pages: 'right' | 'stale' | 'garbage' | 'silent' = 'right';

  constructor(terms: ReplicaTerms) {
    this.id = terms.id;
    this.#terms = terms;
  }

  /** Requests that the engine works on. */
  get calls(): ReadonlySet<ScriptedCall> {
    return this.#calls;
  }

  send(ask: EngineAsk, sink: HttpAnswerSink): HttpExchange {
    this.#terms.asked(ask, this.id);
    const call = new ScriptedCall(ask, sink, { host: this, fault: this.#terms.faultOf() });
    this.#calls.add(call);
    this.#terms.clock.after(1, () => this.#take(call, ask));
    return call;
  }

  asksForUsage(): boolean {
    return false;
  }

  tellsTokenIds(): boolean {
    return true;
  }

  continuesText(): boolean {
    return false;
  }

  detokenize(): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  listens(): Promise<boolean> {
    return Promise.resolve(this.#isUp);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Its process dies, and all connections with it. */
  die(): void {
    this.#isUp = false;
    this.#parked = [];
    for (const call of this.#calls) call.fail('ECONNRESET');
  }

  /** Another process answers at the same port. */
  start(): void {
    this.#isUp = true;
    this.#bornAtSeconds += 1;
    this.heal();
  }

  /** All is well with it, whatever was not. */
  heal(): void {
    if (!this.#isUp) this.start();
    this.factor = 1;
    this.healthStatus = 200;
    this.refusing = undefined;
    this.pages = 'right';
    this.thaw();
  }

  /** Goes on where it stood still. */
  thaw(): void {
    this.isFrozen = false;
    this.isMute = false;
    for (const task of this.#parked.splice(0)) task();
  }

  readonly fetchText: FetchText = async (url, { signal, body }) => {
    await this.#passed(1, signal);
    if (!this.#isUp) throw socketError(REFUSED);
    if (this.isMute) return this.#never(signal);
    const { pathname } = new URL(url);
    if (body !== undefined) return this.#oneToken(signal);
    if (pathname === '/metrics') return this.#metrics(signal);
    return this.#page(pathname);
  };

  readonly chance = (): number => this.#terms.chance();

  later(delayMs: number, task: () => void): void {
    this.#terms.clock.after(delayMs * this.factor, () => this.#run(task));
  }

  over(call: ScriptedCall): void {
    this.#calls.delete(call);
  }

  #run(task: () => void): void {
    if (this.isFrozen) this.#parked.push(() => this.#run(task));
    else task();
  }

  #take(call: ScriptedCall, ask: EngineAsk): void {
    if (!call.isOpen) return;
    if (!this.#isUp) {
      this.#terms.unreached(ask);
      return call.fail(REFUSED);
    }
    const { refusing } = this;
    if (refusing !== undefined) return call.refuse(refusing.status, refusing.headers);
    this.#run(() => call.begin());
    if (this.#terms.isDeadly(ask))
      this.later(this.chance() * KILL_MS_MAX, () => this.#dieOf(call, ask));
  }

  #dieOf(call: ScriptedCall, ask: EngineAsk): void {
    if (!call.isOpen || !this.#isUp) return;
    this.#terms.killed(ask, this.id);
    this.die();
    this.#terms.clock.after(RESTART_MS, () => this.start());
  }

  async #oneToken(signal: AbortSignal): Promise<TextAnswer> {
    if (this.refusing !== undefined) return answer(this.refusing.status, '{}');
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
      this.later(20, resolve);
    });
    return answer(200, '{"choices":[{"text":" 2"}]}');
  }

  #metrics(signal: AbortSignal): Promise<TextAnswer> | TextAnswer {
    if (this.pages === 'silent') return this.#never(signal);
    if (this.pages === 'garbage') return answer(200, '<html>502</html>');
    if (this.pages !== 'stale') this.#gauges = undefined;
    this.#gauges ??= this.#gaugeText();
    return answer(200, this.#gauges);
  }

  #gaugeText(): string {
    const running = this.#calls.size;
    return [
      `vllm:num_requests_running{engine="0"} ${running}`,
      'vllm:num_requests_waiting{engine="0"} 0',
      `vllm:kv_cache_usage_perc{engine="0"} ${Math.min(running / 20, 1)}`,
      `process_start_time_seconds ${this.#bornAtSeconds}`,
      `vllm:cache_config_info{block_size="16",num_gpu_blocks="${KV_TOKENS / 16}"} 1`,
      '',
    ].join('\n');
  }

  #page(path: string): TextAnswer {
    switch (path) {
      case '/health':
        return answer(this.healthStatus, '');
      case '/version':
        return answer(200, '{"version":"0.11.0"}');
      case '/v1/models':
        return answer(200, '{"data":[{"id":"llama","owned_by":"vllm","max_model_len":8192}]}');
      default:
        return answer(404, '{"detail":"Not Found"}');
    }
  }

  #passed(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) reject(new Error('aborted'));
      this.#terms.clock.after(delayMs, resolve);
    });
  }

  #never(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
    });
  }
}

function answer(status: number, body: string): TextAnswer {
  return { status, headers: {}, body };
}

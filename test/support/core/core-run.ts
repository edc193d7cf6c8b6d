import { openAiCompletions } from '../../../gateway/dialects/openai-completions.ts';
import { Keeper } from '../../../gateway/discovery/keeper.ts';
import { ReplicaList } from '../../../gateway/discovery/sources/replica-list.ts';
import type { EngineAsk } from '../../../gateway/engines/engine.ts';
import { GatewayError } from '../../../gateway/generation/error.ts';
import { outcomeOf } from '../../../gateway/pipeline/attempt-outcome.ts';
import { Breakages } from '../../../gateway/pipeline/breakages.ts';
import { DeadlyRequests } from '../../../gateway/pipeline/deadly-requests.ts';
import { DecisionLog } from '../../../gateway/pipeline/decision-log.ts';
import { Dispatcher } from '../../../gateway/pipeline/dispatcher.ts';
import { ModelNames } from '../../../gateway/pipeline/model-names.ts';
import { OpenAttempts } from '../../../gateway/pipeline/open-attempts.ts';
import { OpenRequests } from '../../../gateway/pipeline/open-requests.ts';
import type { PipelineParts } from '../../../gateway/pipeline/parts.ts';
import { serve } from '../../../gateway/pipeline/pipeline.ts';
import { RetryBudget } from '../../../gateway/pipeline/retry-budget.ts';
import { TokenEstimator } from '../../../gateway/pipeline/token-estimator.ts';
import { MemoryQuotas } from '../../../gateway/quota/memory-quotas.ts';
import { Admission } from '../../../routing/admission.ts';
import { Fleet } from '../../../routing/fleet.ts';
import { OutputLengths } from '../../../routing/output-lengths.ts';
import { createPolicy } from '../../../routing/policies/catalog.ts';
import { Router } from '../../../routing/router.ts';
import { seededRandom } from '../chance.ts';
import { anExchange, aRecorder, decoded } from '../exchange.ts';
import { FakeReply } from '../fake-reply.ts';
import { watchLimits } from '../watch.ts';
import type { CallFault } from './call-faults.ts';
import { drawCallFault } from './call-faults.ts';
import { EventTime } from './event-time.ts';
import type { FaultKind, PromiseName } from './kinds.ts';
import { faultKinds, promiseNames } from './kinds.ts';
import { idsOf, saying } from './language.ts';
import { FULL, replicaFaultKinds, replicaFaults } from './replica-faults.ts';
import { ScriptedReplica } from './scripted-replica.ts';
import type { Verdict, Wanted } from './sim-client.ts';
import { verdictOn } from './sim-client.ts';
import { Tally } from './tally.ts';

/** What a run of one seed showed. */
export interface CoreRun {
  readonly violations: readonly string[];
  readonly faults: Tally<FaultKind>;
  readonly checks: Tally<PromiseName>;
  readonly verdicts: Tally<'whole' | 'error' | 'left'>;
  readonly resumes: number;
  readonly requests: number;
  readonly events: number;
}

const REQUESTS = 40;
const ARRIVALS_MS = 8_000;
/** Faults begin until here, and hold for some seconds. */
const FAULTS_MS = 10_000;
/** By then all is well, and what is left of the run has to end. */
const WELL_MS = 18_000;
/** Full traffic so much later. */
const BACK_MS = 3_000;
/** They come for longer than a replica is left out at most. */
const REQUESTS_AFTER = 12;
const AFTER_APART_MS = 500;
const END_OF_TRAFFIC_MS = WELL_MS + BACK_MS + REQUESTS_AFTER * AFTER_APART_MS;
/** Longest time that a request has; what is open then never ends. */
const DEADLINE_MS = 30_000;
const END_MS = WELL_MS + BACK_MS + DEADLINE_MS + 5_000;
/** One seed in so many is a storm: a crowd before a fleet that is full. */
const STORM_ONE_IN = 20;
const STORM_REQUESTS = 200;
/** Before the window of the budget has moved. */
const STORM_MS = 9_000;
const STEP_MS = 10;

/** A hundred tokens are prefilled in this: so long may one wait for the replica that has its prompt in the cache. */
const IDLE_MS_MAX = 60;
const WAITING_MAX = 24;
const CONCURRENT_MAX = 8;
const RETRIES_SHARE = 0.15;
/** Three a second, over ten seconds, whatever the traffic. */
const FREE_RETRIES = 30;

/** One on trial is back as soon as somebody asks. */
const BACK_STATES: ReadonlySet<string> = new Set(['ready', 'half-open', 'probing']);

/** Plays one seed: the code that serves, before engines, clients and operators that do what they should not. */
export async function runCore(seed: number): Promise<CoreRun> {
  return new CoreHouse(seed).run();
}

interface Client {
  readonly id: string;
  readonly wanted: Wanted;
  readonly reply: FakeReply;
  readonly deadlineMs: number;
  readonly isDeadly: boolean;
  readonly isLate: boolean;
  leftAtMs: number | undefined;
  isServed: boolean;
  resumes: number;
}

class CoreHouse {
  readonly #seed: number;
  readonly #chance: () => number;
  readonly #clock = new EventTime();
  readonly #faults = new Tally<FaultKind>(faultKinds);
  readonly #checks = new Tally<PromiseName>(promiseNames);
  readonly #verdicts = new Tally<'whole' | 'error' | 'left'>(['whole', 'error', 'left']);
  readonly #violations: string[] = [];
  readonly #replicas: ReadonlyMap<string, ScriptedReplica>;
  readonly #fleet = new Fleet();
  readonly #list: ReplicaList;
  readonly #keeper: Keeper;
  readonly #parts: PipelineParts;
  readonly #dispatcher: Dispatcher;
  readonly #clients: Map<string, Client> = new Map();
  readonly #deaths: Map<string, Set<string>> = new Map();
  readonly #sentBeforeByte: Map<string, number> = new Map();
  /** Since when each replica stands idle while somebody waits. */
  readonly #idleSinceMs: Map<string, number> = new Map();
  readonly #triedBy: Map<string, Set<string>> = new Map();
  readonly #wasSent: Set<string> = new Set();
  /** Those whose next try costs nobody anything. */
  readonly #isFree: Set<string> = new Set();
  /** When something last befell each replica. */
  readonly #changedAtMs: Map<string, number> = new Map();
  readonly #drainedAtMs: Map<string, number> = new Map();
  readonly #listed: Set<string>;
  #retries = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#chance = seededRandom(seed);
    const ids = Array.from({ length: 2 + Math.floor(this.#chance() * 4) }, (_, at) => `r${at}`);
    this.#replicas = new Map(ids.map((id) => [id, this.#replica(id)]));
    this.#listed = new Set(ids);
    this.#list = new ReplicaList(this.#targets());
    this.#dispatcher = new Dispatcher({
      fleet: this.#fleet,
      router: this.#router(),
      admission: new Admission({
        mode: 'late-binding',
        waitingRequestsMax: WAITING_MAX,
        waitingMsMax: 20_000,
      }),
      clock: this.#clock,
    });
    const openAttempts = new OpenAttempts();
    this.#keeper = new Keeper({
      fleet: this.#fleet,
      source: this.#list,
      clock: this.#clock,
      random: this.#chance,
      fetchTextOf: ({ id }) => this.#at(id).fetchText,
      limits: {
        ...watchLimits,
        loadIntervalMs: 500,
        loadTimeoutMs: 3_000,
        retryMsMax: 500,
        ejectionMsMax: 4_000,
      },
      log: { info: () => undefined, warn: () => undefined },
      onChange: () => this.#dispatcher.wake(),
      onEvent: (id) => void this.#changedAtMs.set(id, this.#clock.nowMs()),
      onStall: (id, reason) => {
        for (const { requestId } of this.#at(id).calls) this.#unsent(requestId);
        openAttempts.stalled(id, reason);
      },
    });
    this.#parts = {
      quotas: new MemoryQuotas([{ name: 'anyone', concurrentRequests: CONCURRENT_MAX }]),
      dispatcher: this.#dispatcher,
      decisions: new DecisionLog(),
      open: new OpenRequests(),
      estimator: new TokenEstimator(),
      lengths: new OutputLengths(),
      names: new ModelNames(new Map(), () => 'llama'),
      retries: new RetryBudget(RETRIES_SHARE),
      resume: { mode: 'exact', tokensMax: 10_000 },
      breakages: new Breakages(),
      deadly: new DeadlyRequests(),
      clock: this.#clock,
      engineOf: (id) => (this.#listed.has(id) ? this.#replicas.get(id) : undefined),
      openAttempts,
      attempted: (id, end, sentMs) => this.#keeper.attempted(id, outcomeOf(end), sentMs),
      excused: (id, sentMs) => this.#keeper.attempted(id, 'excused', sentMs),
      reportBug: (error) => this.#wrong('ends once', `a bug: ${String(error)}`),
    };
  }

  async run(): Promise<CoreRun> {
    this.#keeper.start();
    if (this.#seed % STORM_ONE_IN === 0) this.#planStorm();
    else this.#planTraffic();
    this.#planFaults();
    for (let index = 0; index < REQUESTS_AFTER; index += 1) {
      const atMs = WELL_MS + BACK_MS + index * AFTER_APART_MS;
      this.#clock.after(atMs, () => this.#arrive(STORM_REQUESTS + index, true));
    }
    await this.#clock.run(END_MS, STEP_MS, () => this.#look());
    this.#judge();
    this.#keeper.stop();
    return {
      violations: this.#violations,
      faults: this.#faults,
      checks: this.#checks,
      verdicts: this.#verdicts,
      resumes: [...this.#clients.values()].reduce((sum, { resumes }) => sum + resumes, 0),
      requests: this.#clients.size,
      events: this.#clock.events,
    };
  }

  // What happens.

  #planTraffic(): void {
    for (let index = 0; index < REQUESTS; index += 1) {
      // Some come in a crowd.
      const atMs = this.#chance() < 0.6 ? 3_000 : 500 + this.#chance() * ARRIVALS_MS;
      this.#clock.after(atMs, () => this.#arrive(index, false));
    }
  }

  #planStorm(): void {
    for (let index = 0; index < STORM_REQUESTS; index += 1) {
      this.#clock.after(1_000 + this.#chance() * 4_000, () => this.#arrive(index, false));
    }
    this.#clock.after(900, () => {
      for (const replica of this.#replicas.values()) replica.refusing = FULL;
    });
    this.#clock.after(STORM_MS, () => {
      for (const replica of this.#replicas.values()) replica.refusing = undefined;
    });
  }

  #arrive(index: number, isLate: boolean): void {
    const id = `request-${index}`;
    const nowMs = this.#clock.nowMs();
    const isStreamed = isLate || this.#chance() < 0.8;
    const prompt = this.#prompt(index);
    const max = 1 + Math.floor(this.#chance() * 60);
    const body = {
      model: 'llama',
      prompt,
      max_tokens: max,
      stream: isStreamed,
      // One whose rest depends on more than its tokens does not go on.
      ...(this.#chance() < 0.2 && { frequency_penalty: 0.5 }),
      ...(isStreamed && this.#chance() < 0.3 && { stream_options: { include_usage: true } }),
    };
    const isHurried = !isLate && this.#chance() < 0.1;
    const client: Client = {
      id,
      wanted: { body, saying: saying(idsOf(prompt), max), isStreamed },
      reply: new FakeReply(),
      deadlineMs: nowMs + (isHurried ? 300 + this.#chance() * 1_500 : DEADLINE_MS),
      isDeadly: !isLate && this.#chance() < 0.03,
      isLate,
      leftAtMs: undefined,
      isServed: false,
      resumes: 0,
    };
    this.#clients.set(id, client);
    if (client.isDeadly) this.#faults.count('is-deadly');
    if (!isLate) this.#mayMisbehave(client);
    this.#serve(client, isLate);
  }

  #serve(client: Client, isLate: boolean): void {
    const nowMs = this.#clock.nowMs();
    const recorder = aRecorder();
    const exchange = anExchange({
      requestId: client.id,
      dialect: openAiCompletions,
      path: '/v1/completions',
      request: decoded(client.wanted.body, openAiCompletions, '/v1/completions'),
      // Half of all are one tenant's, who may have few at a time.
      tenant: !isLate && this.#chance() < 0.5 ? 'anyone' : 'free',
      receivedMs: nowMs,
      deadlineMs: client.deadlineMs,
      recorder,
      reply: client.reply,
    });
    this.#clock.after(client.deadlineMs - nowMs, () => {
      if (!client.isServed) this.#faults.count('time-is-up');
    });
    void serve(exchange, this.#parts).then(() => {
      client.isServed = true;
      client.resumes = recorder.resumes;
      const { code } = JSON.parse(codeText(client.reply)) as { readonly code?: string };
      if (code === 'rate_limited') this.#faults.count('over-quota');
    });
  }

  /** As at the end of a drain. */
  #turnOut({ reply, isServed }: Client): void {
    if (isServed) return;
    this.#faults.count('turns-out');
    reply.listener?.turnedOut(new GatewayError('shutting_down', 'The gateway ends.'));
  }

  #mayMisbehave(client: Client): void {
    const chance = this.#chance();
    if (chance < 0.06) this.#clock.after(this.#chance() * 3_000, () => this.#leave(client));
    else if (chance < 0.12) this.#clock.after(this.#chance() * 30, () => this.#leave(client));
    else if (chance < 0.2) this.#readSlowly(client);
    else if (chance < 0.23) this.#clock.after(this.#chance() * 2_000, () => this.#turnOut(client));
  }

  #leave(client: Client): void {
    if (client.isServed) return;
    const { reply } = client;
    const isAtEngine = this.#callsOf(client.id).length > 0;
    if (reply.started) this.#faults.count('leaves-in-mid-stream');
    else this.#faults.count(isAtEngine ? 'leaves-before-first-byte' : 'leaves-waiting');
    client.leftAtMs = this.#clock.nowMs();
    reply.depart();
  }

  #readSlowly(client: Client): void {
    this.#faults.count('reads-slowly');
    client.reply.reads = 'slowly';
    for (let at = 1; at < 40; at += 1) {
      this.#clock.after(at * 1_500, () => {
        client.reply.catchUp();
        if (at < 39) client.reply.reads = 'slowly';
      });
    }
  }

  #planFaults(): void {
    const count = 1 + Math.floor(this.#chance() * 6);
    for (let at = 0; at < count; at += 1) {
      this.#clock.after(1_000 + this.#chance() * (FAULTS_MS - 1_000), () => this.#strike());
    }
    this.#clock.after(WELL_MS, () => this.#heal());
  }

  #strike(): void {
    if (this.#chance() < 0.05) {
      this.#faults.count('follows-another-router');
      return this.#dispatcher.follow(this.#router());
    }
    const ids = [...this.#replicas.keys()];
    const replica = this.#at(ids[Math.floor(this.#chance() * ids.length)] ?? '');
    const kind = replicaFaultKinds[Math.floor(this.#chance() * replicaFaultKinds.length)];
    if (kind === undefined) throw new Error('a chance is below 1');
    this.#faults.count(kind);
    replicaFaults[kind](replica, {
      after: (delayMs, task) => void this.#clock.after(delayMs, task),
      chance: this.#chance,
      drain: (id) => this.#drain(id),
      undrain: (id) => this.#undrain(id),
      list: (id, isListed) => this.#setListed(id, isListed),
    });
  }

  #heal(): void {
    for (const replica of this.#replicas.values()) {
      replica.heal();
      this.#setListed(replica.id, true);
      this.#undrain(replica.id);
    }
  }

  #drain(id: string): void {
    if (this.#keeper.drain(id)) this.#drainedAtMs.set(id, this.#clock.nowMs());
  }

  #undrain(id: string): void {
    this.#keeper.undrain(id);
    this.#drainedAtMs.delete(id);
  }

  #setListed(id: string, isListed: boolean): void {
    if (isListed) this.#listed.add(id);
    else if (this.#listed.size > 1) {
      this.#listed.delete(id);
      // Who joins anew is not drained.
      this.#drainedAtMs.delete(id);
    }
    this.#list.replace(this.#targets());
  }

  #targets(): { id: string; url: string; labels: Record<string, string> }[] {
    return [...this.#listed].toSorted().map((id) => ({ id, url: `http://${id}`, labels: {} }));
  }

  #router(): Router {
    const policy = this.#chance() < 0.7 ? 'kv-aware' : 'least-requests';
    const good = { firstTokenMs: 2_000, tokenGapMs: 100 };
    return new Router(createPolicy(policy, { random: this.#chance, good }));
  }

  #replica(id: string): ScriptedReplica {
    return new ScriptedReplica({
      id,
      clock: this.#clock,
      chance: this.#chance,
      faultOf: () => this.#faultOf(),
      isDeadly: ({ requestId }) => this.#client(requestId).isDeadly,
      asked: (ask, at) => this.#asked(ask, at),
      unreached: ({ requestId }) => this.#unsent(requestId),
      killed: ({ requestId }, at) => this.#killed(requestId, at),
    });
  }

  #faultOf(): CallFault | undefined {
    if (this.#clock.nowMs() > WELL_MS || this.#chance() > 0.18) return undefined;
    const fault = drawCallFault(this.#chance);
    this.#faults.count(fault.kind);
    return fault;
  }

  // What has to hold.

  #asked({ requestId, request }: EngineAsk, id: string): void {
    const client = this.#client(requestId);
    const nowMs = this.#clock.nowMs();
    const where = `${requestId} at ${id}, ${nowMs} ms`;
    this.#checks.count('nothing is sent past its deadline');
    if (nowMs >= client.deadlineMs) this.#wrong('nothing is sent past its deadline', where);
    this.#checks.count('nothing is sent to a replica that is out');
    const state = this.#fleet.state(id);
    // Who was bound in the same step goes there all the same.
    const wasIn = (this.#changedAtMs.get(id) ?? -Infinity) >= nowMs - STEP_MS;
    const isOut = state !== 'ready' && state !== 'probing' && !wasIn;
    if (isOut || (this.#drainedAtMs.get(id) ?? nowMs) < nowMs - STEP_MS) {
      this.#wrong(
        'nothing is sent to a replica that is out',
        `${where}, which is ${String(state)}`,
      );
    }
    this.#checks.count('one engine at a time works on a request');
    if (this.#callsOf(requestId).length > 0) {
      this.#wrong('one engine at a time works on a request', where);
    }
    if (client.leftAtMs !== undefined) this.#wrong('who left is let go at once', where);
    const isRest = request.promptMembers.length === 0;
    if (!isRest) this.#sentAnew(client, id, where);
  }

  #sentAnew({ id, reply }: Client, replica: string, where: string): void {
    const tried = this.#triedBy.get(id) ?? new Set();
    this.#checks.count('never sent to one replica twice');
    if (tried.has(replica)) this.#wrong('never sent to one replica twice', where);
    this.#triedBy.set(id, tried.add(replica));
    const sent = (this.#sentBeforeByte.get(id) ?? 0) + 1;
    this.#sentBeforeByte.set(id, sent);
    this.#checks.count('sent twice before a byte at most');
    if (sent > 2) this.#wrong('sent twice before a byte at most', `${where}: ${sent} times`);
    if (reply.started) this.#wrong('sent twice before a byte at most', `${where}: behind a byte`);
    const isRetry = this.#wasSent.has(id) && !this.#isFree.delete(id);
    this.#wasSent.add(id);
    if (!isRetry || this.#clock.nowMs() > STORM_MS) return;
    this.#retries += 1;
    this.#checks.count('retries stay in their budget');
    if (this.#retries > RETRIES_SHARE * this.#clients.size + FREE_RETRIES) {
      this.#wrong('retries stay in their budget', `${where}: ${this.#retries}`);
    }
  }

  /** Who takes no connection was sent nothing, and who stands still does nothing of it. */
  #unsent(requestId: string): void {
    this.#sentBeforeByte.set(requestId, (this.#sentBeforeByte.get(requestId) ?? 0) - 1);
    this.#isFree.add(requestId);
  }

  #killed(requestId: string, id: string): void {
    const deaths = this.#deaths.get(requestId) ?? new Set();
    this.#deaths.set(requestId, deaths.add(id));
    this.#checks.count('a deadly request takes two replicas at most');
    if (deaths.size > 2) {
      this.#wrong('a deadly request takes two replicas at most', `${requestId} at ${id}`);
    }
  }

  /** After everything that happened; false once all have their answers. */
  #look(): boolean {
    const nowMs = this.#clock.nowMs();
    for (const client of this.#clients.values()) {
      if (client.leftAtMs === undefined || client.leftAtMs + 2 * STEP_MS < nowMs) continue;
      this.#checks.count('who left is let go at once');
      if (this.#callsOf(client.id).length > 0) {
        this.#wrong('who left is let go at once', `${client.id} at ${nowMs} ms`);
      }
    }
    const waiting = this.#dispatcher.waitingRequests;
    this.#checks.count('the room is bounded');
    if (waiting > WAITING_MAX) this.#wrong('the room is bounded', `${waiting} at ${nowMs} ms`);
    const [standing] = this.#parts.quotas.standings(nowMs);
    this.#checks.count('quotas hold');
    if ((standing?.standing.concurrent?.open ?? 0) > CONCURRENT_MAX) {
      this.#wrong('quotas hold', `at ${nowMs} ms`);
    }
    if (waiting > 0) this.#lookForIdle(nowMs);
    else this.#idleSinceMs.clear();
    return (
      nowMs < END_OF_TRAFFIC_MS || [...this.#clients.values()].some(({ isServed }) => !isServed)
    );
  }

  #lookForIdle(nowMs: number): void {
    this.#checks.count('nobody waits beside an idle replica');
    for (const { replica, state, isQuiet, inFlight, others } of this.#fleet.candidates(nowMs)) {
      const { id } = replica;
      const isIdle =
        state === 'ready' && !isQuiet && inFlight.requests === 0 && others.requests < 1;
      const sinceMs = isIdle ? (this.#idleSinceMs.get(id) ?? nowMs) : Infinity;
      if (isIdle) this.#idleSinceMs.set(id, sinceMs);
      else this.#idleSinceMs.delete(id);
      if (nowMs - sinceMs > IDLE_MS_MAX) {
        this.#wrong('nobody waits beside an idle replica', `${id} at ${nowMs} ms`);
      }
    }
  }

  #judge(): void {
    for (const client of this.#clients.values()) {
      this.#checks.count('ends once');
      if (!client.isServed) this.#wrong('ends once', `${client.id} never ended`);
      this.#checks.count('bytes are those of an undisturbed answer');
      const verdict = verdictOn(client.reply, client.wanted);
      this.#note(client, verdict);
    }
    this.#judgeCounts();
  }

  #note(client: Client, verdict: Verdict): void {
    if (typeof verdict === 'object') {
      this.#wrong('bytes are those of an undisturbed answer', `${client.id}: ${verdict.wrong}`);
      return;
    }
    this.#verdicts.count(verdict);
    if (!client.isLate) return;
    this.#checks.count('serves again when all is well');
    if (verdict !== 'whole') {
      this.#wrong('serves again when all is well', `${client.id}: ${client.reply.text}`);
    }
  }

  #judgeCounts(): void {
    this.#checks.count('all counts return to zero');
    const nowMs = this.#clock.nowMs();
    for (const id of this.#replicas.keys()) {
      this.#checks.count('every replica comes back');
      const state = this.#fleet.state(id) ?? 'gone';
      if (!BACK_STATES.has(state)) this.#wrong('every replica comes back', `${id} is ${state}`);
    }
    const left = {
      waiting: this.#dispatcher.waitingRequests,
      inFlight: this.#fleet.candidates(nowMs).reduce((sum, one) => sum + one.inFlight.requests, 0),
      kvTokens: this.#fleet.candidates(nowMs).reduce((sum, one) => sum + one.inFlight.kvTokens, 0),
      calls: [...this.#replicas.values()].reduce((sum, { calls }) => sum + calls.size, 0),
      open: this.#parts.open.size,
      quota: this.#parts.quotas.standings(nowMs)[0]?.standing.concurrent?.open ?? -1,
    };
    if (Object.values(left).some((count) => count !== 0)) {
      this.#wrong('all counts return to zero', JSON.stringify(left));
    }
  }

  #wrong(promise: PromiseName, what: string): void {
    this.#violations.push(`seed ${this.#seed}: ${promise}: ${what}`);
  }

  #callsOf(requestId: string): readonly object[] {
    return [...this.#replicas.values()].flatMap(({ calls }) =>
      [...calls].filter((call) => call.requestId === requestId),
    );
  }

  #client(requestId: string): Client {
    const client = this.#clients.get(requestId);
    if (client === undefined) throw new Error(`nobody asked ${requestId}`);
    return client;
  }

  #at(id: string): ScriptedReplica {
    const replica = this.#replicas.get(id);
    if (replica === undefined) throw new Error(`there is no ${id}`);
    return replica;
  }

  #prompt(index: number): string {
    const words = 3 + Math.floor(this.#chance() * 60);
    return Array.from({ length: words }, (_, at) => `word${index}-${at}`).join(' ');
  }
}

function codeText(reply: FakeReply): string {
  return /\{"message".*?\}/.exec(reply.text)?.[0] ?? '{}';
}

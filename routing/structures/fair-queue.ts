import { Heap } from './heap.ts';

/** What a fair queue goes by. */
export interface FairTerms {
  readonly tenant: string;
  /** The tenant's part beside the others': twice the weight, twice the tokens. Above 0. */
  readonly weight: number;
  /** What it is charged when it is served: prompt and expected output. */
  readonly tokens: number;
  /** Those of one tenant are served in this order. */
  readonly dueMs: number;
  /** Rises with each that enters: the order of those that are due at one time. */
  readonly number: number;
}

/** What one was charged when it was served, until it is known what it took. */
export interface Charge {
  /** Corrects the charge to `tokens`. Further calls do nothing. */
  settle(tokens: number): void;
}

/** Fewest accounts that are worth a look for those that can be closed. */
const SWEEP_MIN = 64;

/**
 * Tenants in turns, by tokens served: start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996). Each
 * tenant has a virtual time that rises by tokens ÷ weight of what it is served, and the one whose time is
 * earliest is next. Who comes begins at the time of the one served last: an idle tenant gathers no credit,
 * and a newcomer gets its part and no more. Each operation takes O(log n).
 */
export class FairQueue<T extends FairTerms> {
  readonly #accounts: Map<string, Account<T>> = new Map();
  readonly #backlogged: Heap<Account<T>> = new Heap<Account<T>>(startsBefore);
  #virtualTime = 0;
  #size = 0;
  #open = 0;
  #waitingTokens = 0;
  #backlogs = 0;
  #sweepAt = SWEEP_MIN;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** True while nobody waits and nothing that was served is unsettled: then nothing is remembered either. */
  get isIdle(): boolean {
    return this.#size === 0 && this.#open === 0;
  }

  /** Tenants that are remembered. */
  get accounts(): number {
    return this.#accounts.size;
  }

  /** Tokens of those who wait. */
  get waitingTokens(): number {
    return this.#waitingTokens;
  }

  /** Who is next. */
  get first(): T | undefined {
    return this.#backlogged.first?.waiting.first;
  }

  /** Lets one wait that does not yet. */
  add(one: T): void {
    const account = this.#accountOf(one);
    account.weight = one.weight;
    if (account.waiting.size === 0) this.#begin(account);
    account.waiting.add(one);
    account.waitingTokens += one.tokens;
    this.#waitingTokens += one.tokens;
    this.#size += 1;
  }

  /** Gives one who waits another place among those of its tenant: `change` makes it due at another time. */
  reorder(one: T, change: () => void): void {
    const waiting = this.#accounts.get(one.tenant)?.waiting;
    const isWaiting = waiting?.remove(one) === true;
    change();
    if (isWaiting) waiting.add(one);
  }

  /** Takes one out who goes away unserved; false when it did not wait. */
  remove(one: T): boolean {
    const account = this.#accounts.get(one.tenant);
    if (account === undefined || !this.#takeOut(one, account)) return false;
    this.#tidy();
    return true;
  }

  /** Takes one who waits out to be served, and charges its tenant. */
  serve(one: T): Charge {
    const charge = this.charge(one);
    this.#takeOut(one, this.#accountOf(one));
    return charge;
  }

  /** Charges a tenant with what is served to it, whether that waited or not. */
  charge(one: FairTerms): Charge {
    const account = this.#accountOf(one);
    if (account.waiting.size === 0) account.floor = this.#virtualTime;
    const { start } = account;
    this.#virtualTime = Math.max(this.#virtualTime, start);
    account.open += 1;
    this.#open += 1;
    this.#post(account, start + one.tokens / account.weight);
    let isSettled = false;
    return {
      settle: (tokens) => {
        if (isSettled) return;
        isSettled = true;
        account.open -= 1;
        this.#open -= 1;
        this.#post(account, account.finish + (tokens - one.tokens) / account.weight);
        this.#tidy();
      },
    };
  }

  /** Everyone in the order in which they would be served. The queue must not change meanwhile. */
  *inOrder(): Generator<T> {
    const opened = new Heap<Course<T>>(startsBefore);
    const accounts = this.#backlogged.inOrder();
    let account = accounts.next().value as Account<T> | undefined;
    for (;;) {
      const course = opened.first;
      if (account !== undefined && (course === undefined || !startsBefore(course, account))) {
        opened.add(new Course(account));
        account = accounts.next().value as Account<T> | undefined;
        continue;
      }
      if (course?.next === undefined) return;
      const { next } = course;
      opened.remove(course);
      yield next;
      if (course.advance()) opened.add(course);
    }
  }

  /** Tokens that are served before one that waits, if nobody else comes. */
  tokensBefore(one: T): number {
    const account = this.#accounts.get(one.tenant);
    if (account === undefined) return 0;
    let own = 0;
    for (const other of account.waiting.values()) if (isDueBefore(other, one)) own += other.tokens;
    const start = account.start + own / account.weight;
    let before = own;
    for (const other of this.#backlogged.values()) {
      if (other === account) continue;
      const due = Math.max(start - other.start, 0) * other.weight;
      before += Math.min(due, other.waitingTokens);
    }
    return before;
  }

  #accountOf({ tenant, weight }: FairTerms): Account<T> {
    const known = this.#accounts.get(tenant);
    if (known !== undefined) return known;
    if (this.#accounts.size >= this.#sweepAt) this.#sweep();
    const account = new Account<T>(weight, this.#virtualTime);
    this.#accounts.set(tenant, account);
    return account;
  }

  #begin(account: Account<T>): void {
    account.floor = this.#virtualTime;
    account.number = this.#backlogs++;
    this.#backlogged.add(account);
  }

  #takeOut(one: T, account: Account<T>): boolean {
    if (!account.waiting.remove(one)) return false;
    account.waitingTokens -= one.tokens;
    this.#waitingTokens -= one.tokens;
    this.#size -= 1;
    if (account.waiting.size === 0) this.#backlogged.remove(account);
    return true;
  }

  /** Moves an account's virtual time, and the account to its place among the others. */
  #post(account: Account<T>, finish: number): void {
    const isBacklogged = this.#backlogged.remove(account);
    account.finish = finish;
    if (isBacklogged) this.#backlogged.add(account);
  }

  #tidy(): void {
    if (!this.isIdle) return;
    this.#accounts.clear();
    this.#virtualTime = 0;
  }

  /** Closes accounts that begin anew at the next request anyway. */
  #sweep(): void {
    for (const [tenant, { waiting, open, finish }] of this.#accounts) {
      const isOver = waiting.size === 0 && open === 0 && finish <= this.#virtualTime;
      if (isOver) this.#accounts.delete(tenant);
    }
    this.#sweepAt = Math.max(2 * this.#accounts.size, SWEEP_MIN);
  }
}

/** What stands in an order of virtual times. */
interface Starting {
  readonly start: number;
  readonly number: number;
}

/** One tenant: who waits for it, and how far it has been served. */
class Account<T extends FairTerms> implements Starting {
  weight: number;
  readonly waiting: Heap<T> = new Heap<T>(isDueBefore);
  waitingTokens = 0;
  /** Served and not settled. */
  open = 0;
  /** Virtual time at which its backlog began: corrections do not lead to before it. */
  floor: number;
  /** Virtual time of all that it has been served. */
  finish = 0;
  number = 0;

  constructor(weight: number, floor: number) {
    this.weight = weight;
    this.floor = floor;
  }

  get start(): number {
    return Math.max(this.floor, this.finish);
  }
}

/** A walk along those who wait of one tenant, with the virtual time at which each would start. */
class Course<T extends FairTerms> implements Starting {
  readonly number: number;
  start: number;
  next: T | undefined;
  readonly #weight: number;
  readonly #rest: Generator<T>;

  constructor(account: Account<T>) {
    this.number = account.number;
    this.start = account.start;
    this.#weight = account.weight;
    this.#rest = account.waiting.inOrder();
    this.next = this.#step();
  }

  advance(): boolean {
    this.start += (this.next?.tokens ?? 0) / this.#weight;
    this.next = this.#step();
    return this.next !== undefined;
  }

  #step(): T | undefined {
    const step = this.#rest.next();
    return step.done === true ? undefined : step.value;
  }
}

function startsBefore(one: Starting, other: Starting): boolean {
  if (one.start !== other.start) return one.start < other.start;
  return one.number < other.number;
}

function isDueBefore(one: FairTerms, other: FairTerms): boolean {
  if (one.dueMs !== other.dueMs) return one.dueMs < other.dueMs;
  return one.number < other.number;
}

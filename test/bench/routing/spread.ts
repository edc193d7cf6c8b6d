/** How evenly requests lie on the replicas when most of them are in flight. */
export class Spread {
  readonly #open: Map<string, number>;
  #total = 0;
  #most = 0;
  #ratio = 1;
  #tickRatio = 1;

  constructor(replicas: readonly string[]) {
    this.#open = new Map(replicas.map((id) => [id, 0]));
  }

  /** `isAtOnce` where a request goes on at the moment of its arrival. */
  came(replica: string, isAtOnce: boolean): void {
    this.#open.set(replica, (this.#open.get(replica) ?? 0) + 1);
    this.#total += 1;
    if (isAtOnce) this.#tickRatio = this.#now();
    if (this.#total <= this.#most) return;
    this.#most = this.#total;
    this.#ratio = this.#now();
  }

  left(replica: string): void {
    this.#open.set(replica, (this.#open.get(replica) ?? 0) - 1);
    this.#total -= 1;
  }

  /** Largest over mean of the open requests per replica, at the moment of the most. */
  get atItsFullest(): number {
    return this.#ratio;
  }

  /** The same when the last request was dispatched that did not have to wait. */
  get afterTheTick(): number {
    return this.#tickRatio;
  }

  #now(): number {
    return (Math.max(...this.#open.values()) * this.#open.size) / this.#total;
  }
}

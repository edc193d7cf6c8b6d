import type { ReplicaId } from '../../../routing/replica.ts';

/** Output tokens of each replica, all in all. */
export type TokenTotals = ReadonlyMap<ReplicaId, number>;

interface Look {
  readonly atMs: number;
  readonly totals: TokenTotals;
}

/** Rates are told over at least this long: shorter ones jump with every decode step. */
const WINDOW_MS = 1_000;

/** A look that is older says nothing of the present. */
const LOOK_AGE_MS_MAX = 5_000;

/** Looks that come closer together than this replace nothing: any number of askers leave 25 of them. */
const LOOK_APART_MS = 200;

/** How fast tokens come, by what was counted at two looks; it costs nothing while nobody looks. */
export class OutputRates {
  #looks: Look[] = [];

  /** Tokens a second of each replica; `undefined` where nobody has looked in the five seconds before. */
  look(totals: TokenTotals, atMs: number): ((id: ReplicaId) => number) | undefined {
    this.#looks = this.#looks.filter((look) => atMs - look.atMs <= LOOK_AGE_MS_MAX);
    const before = this.#looks.findLast((look) => atMs - look.atMs >= WINDOW_MS) ?? this.#looks[0];
    const last = this.#looks.at(-1);
    if (last === undefined || atMs - last.atMs >= LOOK_APART_MS) this.#looks.push({ atMs, totals });
    if (before === undefined || before.atMs === atMs) return undefined;
    const seconds = (atMs - before.atMs) / 1_000;
    return (id) => {
      const tokens = (totals.get(id) ?? 0) - (before.totals.get(id) ?? 0);
      return Math.max(tokens, 0) / seconds;
    };
  }
}

/** A replica whose steps take `factor` times as long for a while. */
export interface Slowdown {
  /** Place of the replica in the fleet, from 0. */
  readonly replica: number;
  readonly factor: number;
  readonly fromMs: number;
  /** `Infinity` for a replica that is slow by nature. */
  readonly untilMs: number;
}

/** A replica that goes down, loses all that it holds, and is back after a while. */
export interface Restart {
  /** Place of the replica in the fleet, from 0. */
  readonly replica: number;
  readonly atMs: number;
  readonly downMs: number;
}

/** What befalls a fleet in the course of a run. */
export interface Disturbances {
  readonly slowdowns?: readonly Slowdown[] | undefined;
  readonly restarts?: readonly Restart[] | undefined;
}

/** The factor on the steps of one replica over time; those of several slowdowns multiply. */
export function slownessOf(
  replica: number,
  { slowdowns = [] }: Disturbances,
): (nowMs: number) => number {
  const own = slowdowns.filter((slowdown) => slowdown.replica === replica);
  if (own.length === 0) return () => 1;
  return (nowMs) => {
    let factor = 1;
    for (const slowdown of own) {
      if (slowdown.fromMs <= nowMs && nowMs < slowdown.untilMs) factor *= slowdown.factor;
    }
    return factor;
  };
}

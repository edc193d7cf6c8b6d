/** One number that a part found, and what it has to be; without a bound it is only told. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** What stands behind the number, such as `ms`; nothing behind a count. */
  readonly unit?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** What became of a part. */
export interface Played {
  /** How much was really done, in words. */
  readonly amount: string;
  readonly figures: readonly Figure[];
}

/** One thing that is shown before a release and takes longer than every check may. */
export interface Part {
  readonly name: string;
  /** What is done, at its whole size. */
  readonly what: string;
  /** Does it at a `share` of its size: above 0, up to 1. */
  play(share: number): Promise<Played>;
}

/** Whether a figure keeps to its bounds; what could not be measured does not. */
export function holds({ value, atMost = Infinity, atLeast = -Infinity }: Figure): boolean {
  return value <= atMost && value >= atLeast;
}

/** So much of a whole amount, at least `least`. */
export function portion(whole: number, share: number, least = 1): number {
  return Math.max(Math.round(whole * share), least);
}

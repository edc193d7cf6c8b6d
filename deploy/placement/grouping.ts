/** Tells which things belong together, by a value that they share. */
export type Bond<Thing> = (thing: Thing) => string | number | undefined;

/** Whole groups, and the things that were too few for one more. */
export interface Grouping<Thing> {
  readonly groups: readonly (readonly Thing[])[];
  readonly rest: readonly Thing[];
}

/**
 * Makes as many groups of `size` as there can be, and keeps within them what belongs together: the first bond before
 * the second, and so on. Only what a bond leaves over is put together beyond it.
 */
export function groupByBonds<Thing>(
  things: readonly Thing[],
  size: number,
  bonds: readonly Bond<Thing>[],
): Grouping<Thing> {
  const [bond, ...weaker] = bonds;
  if (bond === undefined) return cut(things, size);
  const groups: (readonly Thing[])[] = [];
  const leftOver: Thing[] = [];
  for (const bound of Map.groupBy(things, bond).values()) {
    const inside = groupByBonds(bound, size, weaker);
    groups.push(...inside.groups);
    leftOver.push(...inside.rest);
  }
  const across = cut(leftOver, size);
  return { groups: [...groups, ...across.groups], rest: across.rest };
}

function cut<Thing>(things: readonly Thing[], size: number): Grouping<Thing> {
  const whole = Math.floor(things.length / size);
  return {
    groups: Array.from({ length: whole }, (_, at) => things.slice(at * size, (at + 1) * size)),
    rest: things.slice(whole * size),
  };
}

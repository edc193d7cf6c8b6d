/** Why a GPU runs slower than it could, in words of a small fixed set. */
export type ThrottleReason =
  | 'sw-power-cap'
  | 'hw-slowdown'
  | 'sw-thermal'
  | 'hw-thermal'
  | 'power-brake';

/** Bits of `clocks_event_reasons.active`, as `nvml.h` names them. Idle clocks, clocks by wish and by sync are none. */
const BITS: readonly (readonly [bit: number, reason: ThrottleReason])[] = [
  [0x4, 'sw-power-cap'],
  [0x8, 'hw-slowdown'],
  [0x20, 'sw-thermal'],
  [0x40, 'hw-thermal'],
  [0x80, 'power-brake'],
];

/** A power cap is what limits a busy GPU by design, and no fault of it. */
const BY_DESIGN: ReadonlySet<ThrottleReason> = new Set(['sw-power-cap']);

/** The reasons in a mask such as `0x0000000000000024`; none in what is no mask. */
export function parseThrottling(mask: string): readonly ThrottleReason[] {
  if (!/^0x[\da-f]{1,16}$/iu.test(mask)) return [];
  // The bits that mean something stand in the lowest byte.
  const bits = Number.parseInt(mask.slice(-2).replace(/^x/iu, ''), 16);
  return BITS.filter(([bit]) => (bits & bit) !== 0).map(([, reason]) => reason);
}

/** Those that somebody should look into: heat, a slow-down by the board, or too weak a power supply. */
export function faultyThrottling(reasons: readonly ThrottleReason[]): readonly ThrottleReason[] {
  return reasons.filter((reason) => !BY_DESIGN.has(reason));
}

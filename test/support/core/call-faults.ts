/** What one attempt meets at an engine, beside what befalls the whole replica. */
export type CallFault =
  | { readonly kind: 'reset-before-head' }
  | { readonly kind: 'reset-after-head' }
  | { readonly kind: 'cut'; readonly tokens: number }
  | { readonly kind: 'end-without-finish'; readonly tokens: number }
  | { readonly kind: 'abort-then-done'; readonly tokens: number }
  | { readonly kind: 'error-event-then-done'; readonly tokens: number }
  | { readonly kind: 'error-event-first' }
  | { readonly kind: 'no-done' }
  | { readonly kind: 'reset-after-finish' }
  | { readonly kind: 'garbage'; readonly tokens: number }
  | { readonly kind: 'one-500' }
  | { readonly kind: 'refused-400' }
  | { readonly kind: 'pause'; readonly tokens: number; readonly ms: number };

/** Every kind, and how it is drawn: `chance` is 0 up to 1. */
const draws: readonly ((chance: () => number) => CallFault)[] = [
  () => ({ kind: 'reset-before-head' }),
  () => ({ kind: 'reset-after-head' }),
  (chance) => ({ kind: 'cut', tokens: tokens(chance) }),
  (chance) => ({ kind: 'end-without-finish', tokens: tokens(chance) }),
  (chance) => ({ kind: 'abort-then-done', tokens: tokens(chance) }),
  (chance) => ({ kind: 'error-event-then-done', tokens: tokens(chance) }),
  () => ({ kind: 'error-event-first' }),
  () => ({ kind: 'no-done' }),
  () => ({ kind: 'reset-after-finish' }),
  (chance) => ({ kind: 'garbage', tokens: tokens(chance) }),
  () => ({ kind: 'one-500' }),
  () => ({ kind: 'refused-400' }),
  (chance) => ({ kind: 'pause', tokens: tokens(chance), ms: 500 + chance() * 6_000 }),
];

/** The kinds of fault that a single attempt can meet. */
export const callFaultKinds: readonly CallFault['kind'][] = draws.map((draw) => draw(() => 0).kind);

/** A fault of any kind, each as likely as the other. */
export function drawCallFault(chance: () => number): CallFault {
  const draw = draws[Math.floor(chance() * draws.length)];
  if (draw === undefined) throw new Error('a chance is below 1');
  return draw(chance);
}

function tokens(chance: () => number): number {
  return 1 + Math.floor(chance() * 20);
}

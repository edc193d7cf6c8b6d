/** Why a request is not run. Each protocol says it in its engine's words. */
export type Refusal =
  | { readonly kind: 'bad-json'; readonly at: number }
  | { readonly kind: 'empty-body' }
  | { readonly kind: 'not-an-object'; readonly found: unknown }
  | { readonly kind: 'wrong-content-type' }
  | { readonly kind: 'missing-field'; readonly field: string; readonly found: unknown }
  | { readonly kind: 'unknown-field'; readonly field: string; readonly found: unknown }
  | {
      readonly kind: 'bad-type';
      readonly field: string;
      readonly expected: FieldType;
      readonly found: unknown;
    }
  | {
      readonly kind: 'below-minimum';
      readonly field: string;
      readonly found: number;
      readonly minimum: number;
    }
  | { readonly kind: 'unknown-model'; readonly model: string }
  | { readonly kind: 'usage-without-stream' }
  | { readonly kind: 'no-messages' }
  | { readonly kind: 'no-prompt' }
  | { readonly kind: 'unknown-token'; readonly token: number }
  | { readonly kind: 'prompt-too-long'; readonly promptTokens: number }
  | {
      readonly kind: 'total-too-long';
      readonly promptTokens: number;
      readonly outputTokens: number;
    }
  | { readonly kind: 'ids-not-streamed' }
  | { readonly kind: 'not-embedding' }
  | { readonly kind: 'queue-full' };

/** Types that the fields of a body have, as a refusal names them. */
export type FieldType =
  | 'integer'
  | 'number'
  | 'boolean'
  | 'string'
  | 'list'
  | 'dictionary'
  | 'prompt';

/** Thrown while a body is read; caught once, where the answer is written. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.kind);
    this.refusal = refusal;
  }
}

/** What is said of each kind of refusal; a kind that is absent never comes up in that engine. */
export type RefusalTable<Result> = {
  readonly [Kind in Refusal['kind']]?: (
    refusal: Extract<Refusal, { kind: Kind }>,
    contextTokensMax: number,
  ) => Result;
};

/** Looks a refusal up and says it. */
export function sayRefusal<Result>(
  table: RefusalTable<Result>,
  refusal: Refusal,
  contextTokensMax: number,
): Result | undefined {
  // The table has, under each kind, what takes that kind; the compiler cannot pair the two.
  const say = table[refusal.kind] as
    | ((refusal: Refusal, contextTokensMax: number) => Result)
    | undefined;
  return say?.(refusal, contextTokensMax);
}

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

/** One row of the vectors: a workload's shape and what it must give. */
export interface WorkloadVector {
  readonly rule: 'v0.2.14' | 'current';
  readonly seed: number;
  readonly num_prompts: number;
  readonly random_input_len: number;
  readonly random_output_len: number;
  readonly random_range_ratio: number;
  readonly sum_input: number;
  readonly sum_output: number;
  readonly sha256_input: string;
  readonly sha256_output: string;
  readonly first20_input: readonly number[];
  readonly first20_output: readonly number[];
  readonly zero_output_indices: readonly number[];
  readonly next5_exponential_scale1_after_lengths: readonly number[];
  readonly random_ids_offsets_vocab128000_first10: readonly number[];
  readonly sha256_random_ids_offsets_vocab128000: string;
}

/** The reference vectors that a checkout may have beside it; a bare clone has none. */
export interface ReferenceVectors {
  readonly cases: readonly WorkloadVector[];
  readonly percentiles_numpy_linear: readonly (Readonly<
    Record<'p50' | 'p90' | 'p95' | 'p99' | 'median' | 'std' | 'mean', number>
  > & { readonly values: readonly number[] })[];
  readonly seed_tables: Readonly<Record<string, Readonly<Record<string, number | string>>>>;
  readonly simulator_reference: {
    readonly runs: Readonly<
      Record<
        string,
        {
          readonly metrics: Readonly<Record<string, number>>;
          readonly info: Readonly<Record<string, unknown>>;
        }
      >
    >;
  };
}

const vectorsUrl = new URL('../../../../shared/random-workload-vectors.json', import.meta.url);

/** `undefined` where the checkout has no vectors beside it. */
export const referenceVectors: ReferenceVectors | undefined = existsSync(vectorsUrl)
  ? (JSON.parse(readFileSync(vectorsUrl, 'utf8')) as ReferenceVectors)
  : undefined;

/** The vectors' digest of a list: SHA-256 over its decimal numbers, joined by commas. */
export function listDigest(numbers: readonly number[]): string {
  return createHash('sha256').update(numbers.join(',')).digest('hex');
}

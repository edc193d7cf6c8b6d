import type { ReplicaId } from '../../../routing/replica.ts';
import type { EngineName } from '../../engines/catalog.ts';

/** A replica as a source knows it: where it is, and what it is not to be asked. */
export interface ReplicaTarget {
  readonly id: ReplicaId;
  /** Origin, without a trailing slash. */
  readonly url: string;
  readonly engine?: EngineName | undefined;
  /** In place of what the engine lists. */
  readonly models?: readonly string[] | undefined;
  /** Where the engine does not tell, as the next two. */
  readonly kvCapacityTokens?: number | undefined;
  readonly kvBlockTokens?: number | undefined;
  readonly contextTokensMax?: number | undefined;
  readonly apiKey?: string | undefined;
  /** On this machine, as `CUDA_VISIBLE_DEVICES` names them; a sick one takes the replica out. */
  readonly gpus?: readonly string[] | undefined;
  readonly numaNode?: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** Told who is there, from `watch` on. */
export interface SourceListener {
  /** A replica has come. Its id is not in use. */
  joined(target: ReplicaTarget): void;
  left(id: ReplicaId): void;
}

/** Where replicas come from. */
export interface ReplicaSource {
  /** Tells who is there and who comes and goes, until the result is called. */
  watch(listener: SourceListener): () => void;
}

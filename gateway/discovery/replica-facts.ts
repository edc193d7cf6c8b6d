import type { Replica } from '../../routing/replica.ts';
import type { FoundEngine } from '../engines/catalog.ts';
import type { ReplicaTarget } from './sources/source.ts';

/** What is known of a replica before its engine has answered. */
export function describeTarget(target: ReplicaTarget): Replica {
  return {
    id: target.id,
    address: target.url,
    engine: target.engine ?? 'unknown',
    engineVersion: undefined,
    models: target.models ?? [],
    contextTokensMax: target.contextTokensMax,
    kvBlockTokens: target.kvBlockTokens ?? 1,
    kvCapacityTokens: target.kvCapacityTokens,
    numaNode: target.numaNode,
    labels: target.labels,
  };
}

/** What is known of a replica: by its engine where that tells, else by the configuration. */
export function describeReplica(
  target: ReplicaTarget,
  { kind, facts, models }: FoundEngine,
): Replica {
  const configured = describeTarget(target);
  return {
    ...configured,
    engine: kind.name,
    engineVersion: facts.version,
    models: target.models ?? models,
    contextTokensMax: facts.contextTokensMax ?? configured.contextTokensMax,
    kvBlockTokens: facts.kvBlockTokens ?? configured.kvBlockTokens,
    kvCapacityTokens: facts.kvCapacityTokens ?? configured.kvCapacityTokens,
    cachesPrefixes: facts.cachesPrefixes,
  };
}

/** The same replica with another list of models, or the replica itself where the list is the same. */
export function withModels(replica: Replica, models: readonly string[]): Replica {
  const isSame =
    models.length === replica.models.length &&
    models.every((model, index) => model === replica.models[index]);
  return isSame ? replica : { ...replica, models };
}

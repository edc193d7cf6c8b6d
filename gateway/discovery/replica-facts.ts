import type { Replica } from '../../routing/replica.ts';
import type { FoundEngine } from '../engines/catalog.ts';
import type { ReplicaTarget } from './sources/source.ts';

/** What is known of a replica: told by its engine where it tells, else by the configuration. */
export function describeReplica(target: ReplicaTarget, found: FoundEngine | undefined): Replica {
  const facts = found?.facts;
  return {
    id: target.id,
    address: target.url,
    engine: found?.kind.name ?? target.engine ?? 'unknown',
    engineVersion: facts?.version,
    models: target.models ?? found?.models ?? [],
    contextTokensMax: facts?.contextTokensMax ?? target.contextTokensMax,
    kvBlockTokens: facts?.kvBlockTokens ?? target.kvBlockTokens ?? 1,
    kvCapacityTokens: facts?.kvCapacityTokens ?? target.kvCapacityTokens,
    numaNode: target.numaNode,
    labels: target.labels,
  };
}

/** The same replica with another list of models, or the replica itself where the list is the same. */
export function withModels(replica: Replica, models: readonly string[]): Replica {
  const isSame =
    models.length === replica.models.length &&
    models.every((model, index) => model === replica.models[index]);
  return isSame ? replica : { ...replica, models };
}

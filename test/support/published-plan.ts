import { engineCommands } from '../../deploy/engine-commands/catalog.ts';
import { findModel } from '../../deploy/model-table.ts';
import type { Plan } from '../../deploy/plan.ts';
import { KV_TOKENS_WANTED, planHost } from '../../deploy/plan.ts';
import type { PlannedReplica } from '../../deploy/planned-replica.ts';
import { publishedHost } from '../../deploy/published-host.ts';

/** The plan of the published model on the published host: two replicas, one a node. */
export function publishedPlan(): Plan {
  const [engine] = engineCommands;
  const modelFacts = findModel('llama-3-70b');
  if (engine === undefined || modelFacts === undefined) throw new Error('they are known');
  const plan = planHost(publishedHost, {
    engine,
    model: 'llama-3-70b',
    modelFacts,
    weightType: 'fp8',
    kvTokensWanted: KV_TOKENS_WANTED,
    portFirst: 30_000,
  });
  if (plan.kind === 'impossible') throw new Error(plan.reason);
  return plan;
}

/** A plan of one replica, the first of the published plan with other facts. */
export function planOfOne(facts: Partial<PlannedReplica>): Plan {
  const [replica] = publishedPlan().replicas;
  if (replica === undefined) throw new Error('there is a replica');
  return {
    kind: 'planned',
    replicas: [{ ...replica, ...facts }],
    reservedCpus: [],
    givenUp: [],
  };
}

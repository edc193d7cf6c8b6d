import { parseCpuList } from '../../deploy/launcher.ts';
import type { PlannedReplica } from '../../deploy/planned-replica.ts';
import type { LaunchedReplicaSettings } from '../config/settings.ts';
import type { ReplicaTarget } from '../discovery/sources/source.ts';
import { engineNames } from '../engines/catalog.ts';

/** A replica of the configuration as a launcher takes it, the blanks of its command filled in. */
export function plannedReplica(settings: LaunchedReplicaSettings): PlannedReplica {
  const { cpus = '', kvCapacityTokens, ...plan } = settings;
  return {
    ...plan,
    cpus: parseCpuList(cpus),
    numaNodes: settings.memoryNodes,
    argv: settings.argv.map((word) => filled(word, settings)),
    reasons: ['the configuration says so'],
    ...(kvCapacityTokens === undefined ? {} : { kvTokensExpected: kvCapacityTokens }),
  };
}

function filled(word: string, { id, model, port }: LaunchedReplicaSettings): string {
  const values: Readonly<Record<string, string>> = { id, model, port: String(port) };
  return word.replaceAll(/\{(id|model|port)\}/g, (_blank, name: string) => values[name] ?? '');
}

/** Where a replica that was launched is found. Its node is told where it is one alone. */
export function targetOf(plan: PlannedReplica): ReplicaTarget {
  const { id, port, engine, kvTokensExpected, gpus, numaNodes } = plan;
  return {
    id,
    url: `http://127.0.0.1:${port}`,
    engine: engineNames.find((name) => name === engine),
    kvCapacityTokens: kvTokensExpected,
    gpus,
    numaNode: numaNodes.length === 1 ? numaNodes[0] : undefined,
    labels: {},
  };
}

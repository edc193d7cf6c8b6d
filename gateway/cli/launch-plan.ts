import { cpuListText } from '../../deploy/cpu-list.ts';
import type { PlannedReplica } from '../../deploy/planned-replica.ts';

/** A replica of a plan as `launch.replicas` in the settings says it. */
export function launchSetting(replica: PlannedReplica): object {
  const { id, engine, model, port, argv, gpus, cpus, memoryNodes, environment } = replica;
  return {
    id,
    engine,
    model,
    port,
    argv,
    gpus,
    ...(cpus.length > 0 && { cpus: cpuListText(cpus) }),
    memoryNodes,
    environment,
    ...(replica.kvTokensExpected !== undefined && { kvCapacityTokens: replica.kvTokensExpected }),
  };
}

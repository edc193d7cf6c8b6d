import { cpuListText } from '../cpu-list.ts';
import type { Plan } from '../plan.ts';
import type { PlannedReplica } from '../planned-replica.ts';

/** What a manifest needs that no plan knows. */
export interface KubernetesOptions {
  readonly image: string;
  /** Memory of each pod, as Kubernetes writes it; limits equal requests, or no pod is pinned. */
  readonly memory: string;
}

/** A Kubernetes object, as its YAML says it. */
export type Manifest = Readonly<Record<string, unknown>>;

/** Loading the weights of a large model may take so long. */
const STARTUP_S_MAX = 3600;
const PROBE_S = 10;
const DRAIN_S = 120;

/** What NVIDIA's device plugin calls a GPU. */
const GPU_RESOURCE = 'nvidia.com/gpu';

/**
 * A Deployment of one pod and a Service for each replica. GPUs, CPUs and memory of one node come from the kubelet
 * (`cpuManagerPolicy: static`, `topologyManagerPolicy: single-numa-node`), which chooses them itself: a pod says how
 * many, never which, so the plan's GPUs and CPUs stand in an annotation alone.
 */
export function kubernetesManifests(plan: Plan, options: KubernetesOptions): readonly Manifest[] {
  return plan.replicas.flatMap((replica) => [
    deployment(replica, options),
    service(replica),
    disruptionBudget(replica),
  ]);
}

function deployment(replica: PlannedReplica, options: KubernetesOptions): Manifest {
  const name = nameOf(replica);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: labelsOf(replica) },
    spec: {
      replicas: 1,
      // The GPUs of the old pod must be free before the next one can start.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labelsOf(replica) },
      template: {
        metadata: {
          labels: labelsOf(replica),
          annotations: annotationsOf(replica),
        },
        spec: {
          terminationGracePeriodSeconds: DRAIN_S,
          containers: [container(replica, options)],
          volumes: [{ name: 'shm', emptyDir: { medium: 'Memory' } }],
        },
      },
    },
  };
}

function container(replica: PlannedReplica, { image, memory }: KubernetesOptions): Manifest {
  const amount = { [GPU_RESOURCE]: String(replica.gpus.length), cpu: cpusOf(replica), memory };
  const probe = { httpGet: { path: '/health', port: 'http' }, periodSeconds: PROBE_S };
  return {
    name: 'engine',
    image,
    command: replica.argv.map((word) => (word === '127.0.0.1' ? '0.0.0.0' : word)),
    ports: [{ name: 'http', containerPort: replica.port }],
    resources: { requests: amount, limits: amount },
    startupProbe: { ...probe, failureThreshold: STARTUP_S_MAX / PROBE_S },
    readinessProbe: { ...probe, timeoutSeconds: PROBE_S },
    // The ranks of one engine speak through it.
    volumeMounts: [{ name: 'shm', mountPath: '/dev/shm' }],
  };
}

function service(replica: PlannedReplica): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: nameOf(replica), labels: labelsOf(replica) },
    spec: {
      selector: labelsOf(replica),
      ports: [{ name: 'http', port: replica.port, targetPort: 'http' }],
    },
  };
}

/** A replica that is alone is not to be taken without asking. */
function disruptionBudget(replica: PlannedReplica): Manifest {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: nameOf(replica), labels: labelsOf(replica) },
    spec: { maxUnavailable: 0, selector: { matchLabels: labelsOf(replica) } },
  };
}

function labelsOf(replica: PlannedReplica): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': replica.engine,
    'app.kubernetes.io/instance': nameOf(replica),
    'app.kubernetes.io/part-of': 'numagate',
  };
}

function annotationsOf({ gpus, cpus, reasons }: PlannedReplica): Readonly<Record<string, string>> {
  return {
    'numagate/gpus': gpus.join(','),
    'numagate/cpus': cpuListText(cpus),
    'numagate/reasons': reasons.join('; '),
  };
}

/** As DNS takes it. */
function nameOf({ id }: PlannedReplica): string {
  return id.toLowerCase().replaceAll(/[^a-z\d-]/gu, '-');
}

/** Whole CPUs, or the kubelet pins none; one where the plan knows none. */
function cpusOf({ cpus }: PlannedReplica): string {
  const count = cpus.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return String(Math.max(1, count));
}

import assert from 'node:assert/strict';

/** One container, as far as tests look at it. */
export interface Container {
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom?: { readonly secretKeyRef: { readonly key: string } };
  }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly mountPath: string }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

/** How the kubelet asks a container how it is. */
export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

type Labels = Readonly<Record<string, string>>;

/** One object of Kubernetes, of whatever kind, as far as tests look at it; `spec` is empty where the kind has none. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly replicas?: number;
    readonly serviceName?: string;
    readonly minAvailable?: number;
    readonly jobLabel?: string;
    readonly selector?: Labels & { readonly matchLabels?: Labels };
    readonly podSelector?: { readonly matchLabels?: Labels };
    readonly ports?: readonly { readonly name: string; readonly targetPort: string }[];
    readonly endpoints?: readonly { readonly port: string; readonly path: string }[];
    readonly ingress?: readonly { readonly ports: readonly { readonly port: string }[] }[];
    readonly template?: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly Container[];
      };
    };
  };
}

/** The one manifest of a kind and a name. Throws where there is none. */
export function manifestOf(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  assert(found !== undefined, `there is no ${kind} ${name}`);
  return found;
}

/** The pod that a manifest makes, if it makes any. */
export function podOf({
  spec,
}: Manifest): NonNullable<Manifest['spec']['template']>['spec'] | undefined {
  return spec.template?.spec;
}

/** The containers of the pod that a manifest makes. */
export function containersOf(manifest: Manifest): readonly Container[] {
  return podOf(manifest)?.containers ?? [];
}

/** Every probe of a container. */
export function probesOf(container: Container): readonly Probe[] {
  const { startupProbe, livenessProbe, readinessProbe } = container;
  return [startupProbe, livenessProbe, readinessProbe].filter((probe) => probe !== undefined);
}

/** Names of the containers' ports that a manifest sends something to. */
export function portsOf(manifest: Manifest): readonly string[] {
  const { kind, spec } = manifest;
  const probed = containersOf(manifest).flatMap(probesOf);
  return [
    ...probed.map(({ httpGet }) => httpGet.port),
    ...(kind === 'Service' ? (spec.ports ?? []).map(({ targetPort }) => targetPort) : []),
    ...(spec.ingress ?? []).flatMap(({ ports }) => ports.map(({ port }) => port)),
  ];
}

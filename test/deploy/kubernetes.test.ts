import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

import { readConfig } from '../../gateway/config.ts';
import type { Config } from '../../gateway/config.ts';
import type { Container, Manifest } from '../support/manifests.ts';
import { containersOf, manifestOf, podOf, portsOf, probesOf } from '../support/manifests.ts';
import {
  cpusInList,
  shippedText,
  shippedYaml,
  variablesIn,
  yamlDocuments,
} from '../support/shipped-files.ts';
import { root } from '../support/source-tree.ts';
import { understood } from '../support/understood.ts';

const folder = join(root, 'deploy/kubernetes');
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
const hasSchemas = spawnSync('kubernetes-validate', ['--version']).status === 0;

interface Built {
  readonly text: string;
  readonly manifests: readonly Manifest[];
}

/** What `kubectl apply -k` would send. */
function built(path: string): Built {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', path], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const objects = yamlDocuments<Omit<Manifest, 'spec'> & Partial<Manifest>>(stdout);
  return { text: stdout, manifests: objects.map((each) => ({ spec: {}, ...each })) };
}

/** An overlay with every component, as somebody would write it who wants them all. */
function builtWithComponents(overlay: string): Built {
  const own = mkdtempSync(join(tmpdir(), 'numagate-kustomize-'));
  try {
    const from = (name: string): string => relative(own, join(folder, name));
    const components = ['prometheus-operator', 'two-gateways'].map(from);
    const kustomization = { namespace: 'numagate', resources: [from(overlay)], components };
    writeFileSync(join(own, 'kustomization.yaml'), JSON.stringify(kustomization));
    return built(own);
  } finally {
    rmSync(own, { recursive: true });
  }
}

/** The gateway's settings as its pod has them: from the ConfigMap, with the variables that it is given. */
function settingsOf(manifests: readonly Manifest[]): Config {
  const text = manifests.find(({ kind }) => kind === 'ConfigMap')?.data?.['gateway.yaml'] ?? '';
  const [gateway] = containersOf(manifestOf(manifests, 'Deployment', 'gateway'));
  const names = gateway?.env?.map(({ name }) => name) ?? [];
  const environment = Object.fromEntries(names.map((name, index) => [name, hexOf(index)]));
  return readConfig({ file: { name: 'gateway.yaml', text }, environment, needsReplica: true });
}

function hexOf(index: number): string {
  return String(index + 1).repeat(64);
}

describe.skipIf(!hasKubectl).each(['base', 'sglang', 'vllm'])(
  'the manifests of %s (need kubectl)',
  (name) => {
    let manifests: readonly Manifest[];
    let gateway: Manifest;
    let replicas: Manifest;
    let containers: readonly Container[];

    beforeAll(() => {
      ({ manifests } = built(join(folder, name)));
      gateway = manifestOf(manifests, 'Deployment', 'gateway');
      replicas = manifestOf(manifests, 'StatefulSet', 'replica');
      containers = [...containersOf(gateway), ...containersOf(replicas)];
    });

    it('start the gateway in words that it understands', async () => {
      const words = containers.filter(({ image }) => image.includes('/numagate:'));

      expect(words.length).toBeGreaterThan(0);
      for (const { args = [] } of words) await understood(args);
    });

    it('hold settings that are right, with the variables that the pod is given and no others', () => {
      const env = containersOf(gateway)[0]?.env ?? [];

      expect(settingsOf(manifests).replicas).toHaveLength(replicas.spec.replicas ?? 0);
      expect(variablesIn(shippedText('kubernetes/base/gateway-settings.yaml')).toSorted()).toEqual(
        env.map((each) => each.name).toSorted(),
      );
    });

    it('mount the settings where the gateway reads them', () => {
      const [{ args = [], volumeMounts = [] } = {}] = containersOf(gateway);

      expect(volumeMounts.map(({ mountPath }) => `--config=${mountPath}/gateway.yaml`)).toEqual([
        args.at(-1),
      ]);
    });

    it('name each replica as its pod is named, at the port that its engine takes', () => {
      const service = manifestOf(manifests, 'Service', replicas.spec.serviceName ?? '');
      const [engine] = containersOf(replicas);
      const [port] = engine?.ports ?? [];

      expect(settingsOf(manifests).replicas.map(({ url }) => url)).toEqual(
        Array.from(
          { length: replicas.spec.replicas ?? 0 },
          (_, index) =>
            `http://replica-${index}.${service.metadata.name}:${port?.containerPort ?? 0}`,
        ),
      );
      expect(engine?.args).toContain(`--port=${port?.containerPort ?? 0}`);
      expect(engine?.args).toContain('--host=0.0.0.0');
    });

    it('open the ports that the settings name', () => {
      const { listen, admin } = settingsOf(manifests);
      const [container] = containersOf(gateway);

      expect(container?.ports?.map(({ containerPort }) => containerPort)).toEqual([
        listen.port,
        admin.port,
      ]);
    });

    it('probe, serve and guard by names that some container has', () => {
      const wanted = manifests.flatMap((manifest) => portsOf(manifest));
      const named = new Set(containers.flatMap(({ ports = [] }) => ports.map((port) => port.name)));

      expect(wanted.length).toBeGreaterThan(8);
      expect(wanted.filter((port) => !named.has(port))).toEqual([]);
    });

    it('select pods that there are', () => {
      const labels = [gateway, replicas].map((each) => each.spec.template?.metadata.labels ?? {});
      const selectors = manifests.flatMap(({ kind, spec }) =>
        kind === 'Service'
          ? [spec.selector ?? {}]
          : [spec.selector?.matchLabels ?? spec.podSelector?.matchLabels ?? []],
      );
      const chosen = selectors.filter((each) => !Array.isArray(each));
      const lost = chosen.filter(
        (each) =>
          !labels.some((own) => Object.entries(each).every(([key, value]) => own[key] === value)),
      );

      expect(chosen.length).toBeGreaterThan(5);
      expect(lost).toEqual([]);
    });

    it('leave the gateway long enough to end its streams', () => {
      const { shutdown } = settingsOf(manifests);
      const graceSeconds = podOf(gateway)?.terminationGracePeriodSeconds ?? 0;

      expect(graceSeconds * 1000).toBeGreaterThan(shutdown.drainMs + 1000);
    });

    it('want of the secret only what the guide puts there', () => {
      const keys = containers.flatMap(({ env = [] }) =>
        env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef.key ?? []),
      );
      const guide = shippedText('README.md');

      expect(keys.filter((key) => !guide.includes(`--from-literal=${key}=`))).toEqual([]);
    });

    it('probe what a container answers to', () => {
      const paths = new Set(containers.flatMap(probesOf).map(({ httpGet }) => httpGet.path));

      expect([...paths].toSorted()).toEqual(['/health', '/ready']);
    });
  },
);

describe.skipIf(!hasKubectl)('the components (need kubectl)', () => {
  let manifests: readonly Manifest[];

  beforeAll(() => {
    ({ manifests } = builtWithComponents('base'));
  });

  it('bring two gateways, one of which always stays', () => {
    expect(manifestOf(manifests, 'Deployment', 'gateway').spec.replicas).toBe(2);
    expect(manifestOf(manifests, 'PodDisruptionBudget', 'gateway').spec.minAvailable).toBe(1);
  });

  it('have the operator scrape the job that the alerts look for', () => {
    const monitor = manifestOf(manifests, 'ServiceMonitor', 'gateway');
    const service = manifestOf(manifests, 'Service', 'gateway-admin');
    const [endpoint] = monitor.spec.endpoints ?? [];

    expect(service.metadata.labels).toMatchObject(monitor.spec.selector?.matchLabels ?? {});
    expect(service.spec.ports?.map(({ name }) => name)).toContain(endpoint?.port);
    expect(endpoint?.path).toBe('/metrics');
    expect(service.metadata.labels?.[monitor.spec.jobLabel ?? '']).toBe('numagate');
  });
});

describe.skipIf(!hasKubectl || !hasSchemas).each(['base', 'sglang', 'vllm'])(
  'kubernetes-validate (needs kubectl, and kubernetes-validate of PyPI)',
  (name) => {
    it(`takes ${name} with every component`, () => {
      const { text } = builtWithComponents(name);
      const { status, stdout, stderr } = spawnSync('kubernetes-validate', ['--strict', '-'], {
        input: text,
        encoding: 'utf8',
      });
      const said = (stdout + stderr).split('\n').filter((line) => !/^INFO|^$/.test(line));

      // The operator's own kind is in no release of Kubernetes.
      expect(said.filter((line) => !line.includes('kind ServiceMonitor'))).toEqual([]);
      expect(status).toBe(0);
    });
  },
);

describe('the settings of the kubelet', () => {
  interface Kubelet {
    readonly reservedSystemCPUs: string;
    readonly systemReserved: { readonly memory: string };
    readonly kubeReserved: { readonly memory: string };
    readonly evictionHard: Readonly<Record<string, string>>;
    readonly reservedMemory: readonly { readonly limits: { readonly memory: string } }[];
  }

  const kubelet = shippedYaml<Kubelet>('kubernetes/kubelet.yaml');

  function mebibytes(text: string): number {
    const [, count, unit] = /^(\d+)(Gi|Mi)$/.exec(text) ?? [];
    return Number(count) * (unit === 'Gi' ? 1024 : 1);
  }

  it('keep back of the nodes together what is kept back of the host, as the memory manager asks', () => {
    const { systemReserved, kubeReserved, evictionHard, reservedMemory } = kubelet;
    const ofNodes = reservedMemory.map(({ limits }) => mebibytes(limits.memory));
    const ofHost = [systemReserved.memory, kubeReserved.memory, evictionHard['memory.available']];

    expect(ofNodes.reduce((sum, each) => sum + each, 0)).toBe(
      ofHost.reduce((sum, each) => sum + mebibytes(each ?? ''), 0),
    );
  });

  it('keep back whole cores, and as many of each node', () => {
    const cpus = cpusInList(kubelet.reservedSystemCPUs);
    const first = cpus.filter((cpu) => cpu < 192);

    expect(first.filter((cpu) => !cpus.includes(cpu + 192))).toEqual([]);
    expect(first.filter((cpu) => cpu < 96)).toHaveLength(first.length / 2);
  });
});

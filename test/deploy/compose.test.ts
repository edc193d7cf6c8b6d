import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { loadConfig } from '../../gateway/config.ts';
import {
  cpusInList,
  secondsOf,
  shippedText,
  shippedYaml,
  variablesIn,
} from '../support/shipped-files.ts';
import { root } from '../support/source-tree.ts';
import { understood } from '../support/understood.ts';

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly cpuset?: string;
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test?: readonly string[] };
  readonly deploy?: {
    readonly resources: {
      readonly reservations: { readonly devices: readonly { readonly device_ids: string[] }[] };
    };
  };
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const real = ['compose.sglang.yaml', 'compose.vllm.yaml'];
const base = shippedYaml<ComposeFile>('compose.yaml');
const settings = loadConfig(join(root, 'deploy/compose/gateway.yaml'), {
  environment: {},
  needsReplica: true,
});

/** What a service mounts: a file of `deploy/`, or a volume by its name, and where to. */
function mountsOf(service: Service | undefined): readonly (readonly [from: string, to: string])[] {
  return (service?.volumes ?? []).map((text) => {
    const [from = '', to = ''] = text.split(':');
    return [from, to] as const;
  });
}

/** A command with its variables at their defaults. */
function defaultWords({ command = [] }: Service): readonly string[] {
  return command.map((word) => word.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1'));
}

function portOf(words: readonly string[]): number {
  return Number(/^--port=(\d+)$/.exec(words.find((word) => word.startsWith('--port=')) ?? '')?.[1]);
}

interface Source {
  readonly uid: string;
  readonly url: string;
  readonly jsonData: {
    readonly timeInterval?: string;
    readonly exemplarTraceIdDestinations?: readonly { readonly datasourceUid: string }[];
    readonly tracesToMetrics?: { readonly datasourceUid: string };
  };
}

const { datasources } = shippedYaml<{ readonly datasources: readonly Source[] }>(
  'grafana/provisioning/datasources/numagate.yaml',
);

describe('compose.yaml', () => {
  const services = Object.entries(base.services);

  it('mounts files and volumes that there are', () => {
    const mounts = services.flatMap(([, service]) => mountsOf(service));
    const missing = mounts.filter(([from]) =>
      from.startsWith('.')
        ? !existsSync(join(root, 'deploy', from))
        : !Object.hasOwn(base.volumes, from),
    );

    expect(mounts.length).toBeGreaterThan(5);
    expect(missing).toEqual([]);
  });

  const ours = services.filter(([, one]) => one.image === 'numagate:local' && one.command);

  it.each(ours)('gives %s words that the command line understands', async (_, service) => {
    await expect(understood(defaultWords(service))).resolves.toBeUndefined();
  });

  it('mounts the settings where the image reads them', () => {
    const places = mountsOf(base.services['gateway']).map(([, to]) => to);
    const [, words = '[]'] = /^CMD (\[.*\])$/m.exec(shippedText('Dockerfile')) ?? [];

    expect(JSON.parse(words)).toEqual(['serve', '--config', ...places]);
  });

  it('opens ports on loopback alone, those of the gateway where it listens', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);

    expect(ports.filter((port) => !/^127\.0\.0\.1:(\d+):\1$/.test(port))).toEqual([]);
    expect(base.services['gateway']?.ports).toEqual(
      [settings.listen.port, settings.admin.port].map((port) => `127.0.0.1:${port}:${port}`),
    );
  });

  it('gives the gateway longer than its streams have', () => {
    const graceMs = secondsOf(base.services['gateway']?.stop_grace_period ?? '') * 1000;

    expect(graceMs).toBeGreaterThan(settings.shutdown.drainMs + 1000);
  });

  it('has the collector where spans are sent to', () => {
    const { server, distributor, storage } = shippedYaml<{
      readonly server: { readonly http_listen_port: number };
      readonly distributor: {
        readonly receivers: {
          readonly otlp: { readonly protocols: { readonly http: { readonly endpoint: string } } };
        };
      };
      readonly storage: { readonly trace: { readonly local: { readonly path: string } } };
    }>('compose/tempo.yaml');
    const port = distributor.receivers.otlp.protocols.http.endpoint.split(':')[1];
    const [, volume = ''] = mountsOf(base.services['tempo']).map(([, to]) => to);

    expect(settings.telemetry.otlpEndpoint).toBe(`http://tempo:${port}`);
    expect(sourceUrls()).toContain(`http://tempo:${server.http_listen_port}`);
    expect(storage.trace.local.path.startsWith(`${volume}/`)).toBe(true);
  });

  it('provisions Grafana with sources that are services, and with the dashboards', () => {
    const { providers } = shippedYaml<{
      readonly providers: readonly { readonly options: { readonly path: string } }[];
    }>('grafana/provisioning/dashboards/numagate.yaml');
    const places = new Map(mountsOf(base.services['grafana']).map(([from, to]) => [to, from]));
    const hosts = sourceUrls().map((url) => new URL(url).hostname);

    expect(hosts.filter((host) => !Object.hasOwn(base.services, host))).toEqual([]);
    expect(places.get('/etc/grafana/provisioning')).toBe('./grafana/provisioning');
    expect(providers.map(({ options }) => places.get(options.path))).toEqual([
      './grafana/dashboards',
    ]);
  });

  it('leads from an exemplar to a source of traces that there is, and back to metrics', () => {
    const uids = datasources.map(({ uid }) => uid);
    const led = datasources.flatMap(({ jsonData }) => [
      ...(jsonData.exemplarTraceIdDestinations ?? []),
      ...(jsonData.tracesToMetrics ? [jsonData.tracesToMetrics] : []),
    ]);

    expect(led.map(({ datasourceUid }) => datasourceUid)).toEqual(['tempo', 'prometheus']);
    expect(uids).toEqual(expect.arrayContaining(['tempo', 'prometheus']));
    expect(base.services['prometheus']?.command).toContain('--enable-feature=exemplar-storage');
  });

  it('tells Grafana how often Prometheus scrapes', () => {
    const { global } = shippedYaml<{ readonly global: { readonly scrape_interval: string } }>(
      'compose/prometheus.yml',
    );
    const own = datasources.find(({ uid }) => uid === 'prometheus');

    expect(own?.jsonData.timeInterval).toBe(global.scrape_interval);
  });

  function sourceUrls(): readonly string[] {
    return datasources.map(({ url }) => url);
  }
});

describe('the Prometheus of compose.yaml', () => {
  interface Prometheus {
    readonly rule_files: readonly string[];
    readonly scrape_configs: readonly {
      readonly job_name: string;
      readonly static_configs: readonly { readonly targets: readonly string[] }[];
    }[];
  }

  const own = shippedYaml<Prometheus>('compose/prometheus.yml');
  const shipped = shippedYaml<Prometheus>('prometheus/prometheus.yml');
  const mounts = mountsOf(base.services['prometheus']).filter(([from]) => from.startsWith('.'));

  it('scrapes the gateway as the job that the alerts look for', () => {
    expect(own.scrape_configs).toEqual([
      {
        job_name: shipped.scrape_configs[0]?.job_name,
        static_configs: [{ targets: [`gateway:${settings.admin.port}`] }],
      },
    ]);
  });

  it('has every rule that is shipped, and its file beside it', () => {
    expect(own.rule_files).toEqual(shipped.rule_files);
    expect(mounts.map(([, to]) => to).toSorted()).toEqual(
      ['prometheus.yml', ...own.rule_files].map((name) => `/etc/prometheus/${name}`).toSorted(),
    );
  });

  const isThere = spawnSync('promtool', ['--version']).status === 0;

  it.skipIf(!isThere)('takes its files (needs promtool of Debian prometheus)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'numagate-prometheus-'));
    try {
      for (const [from, to] of mounts) {
        cpSync(join(root, 'deploy', from), join(folder, basename(to)));
      }
      const { status, stderr } = spawnSync('promtool', ['check', 'config', 'prometheus.yml'], {
        cwd: folder,
      });

      expect(stderr.toString()).toBe('');
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.each(['compose.yaml', ...real])('the replicas of %s', (name) => {
  const { services } = shippedYaml<ComposeFile>(name);

  it.each(settings.replicas)('are where the gateway looks for them: $url', ({ url }) => {
    const { hostname, port } = new URL(url);
    const service = services[hostname];
    const words = service === undefined ? [] : defaultWords(service);

    expect(portOf(words)).toBe(Number(port));
    expect(words).toContain('--host=0.0.0.0');
    expect(service?.healthcheck?.test?.join(' ')).toContain(`http://127.0.0.1:${port}/health`);
  });

  it('are told by variables that the guide explains', () => {
    const guide = shippedText('README.md');
    const untold = variablesIn(shippedText(name)).filter((each) => !guide.includes(`\`${each}\``));

    expect(untold).toEqual([]);
  });
});

describe.each(real)('the replicas of %s, on GPUs', (name) => {
  const { services } = shippedYaml<ComposeFile>(name);
  const replicas = Object.entries(services);

  it('share no GPU and no CPU', () => {
    const gpus = replicas.flatMap(
      ([, { deploy }]) =>
        deploy?.resources.reservations.devices.flatMap((one) => one.device_ids) ?? [],
    );
    const cpus = replicas.flatMap(([, { cpuset }]) => cpusInList(cpuset ?? ''));

    expect(gpus).toHaveLength(8);
    expect(new Set(gpus).size).toBe(gpus.length);
    expect(new Set(cpus).size).toBe(cpus.length);
  });

  it.each(replicas)('take memory where the gateway believes them to be: %s', (id, service) => {
    const node = settings.replicas.find((replica) => replica.id === id)?.numaNode;
    const words = service.command ?? [];
    const flag = words.findIndex((word) => /^--numa(?:-node|-bind-nodes)$/.test(word));

    expect(words.slice(flag + 1, flag + 5)).toEqual(Array.from({ length: 4 }, () => String(node)));
  });
});

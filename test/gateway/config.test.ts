import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { ConfigSources } from '../../gateway/config.ts';
import { CONFIG_BYTES_MAX, ConfigError, loadConfig, readConfig } from '../../gateway/config.ts';

function read(text: string, sources: Partial<ConfigSources> = {}) {
  return readConfig({ file: { name: 'gateway.yaml', text }, environment: {}, ...sources });
}

function problemsOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ where, what }) => `${where}: ${what}`);
    throw error;
  }
  return [];
}

const whole = `
listen:
  host: 0.0.0.0
  port: \${PORT}
  tls: { certFile: /etc/cert.pem, keyFile: /etc/key.pem }
admin:
  keySha256: ${'a'.repeat(64)}
replicas:
  - url: http://127.0.0.1:30000
    id: numa-0
    numaNode: 0
    kvCapacityTokens: 596924
    labels: { gpus: "0-3" }
  - url: https://10.0.0.7:8000
    engine: vllm
    apiKey: "\${ENGINE_KEY}"
    caFile: /etc/ca.pem
    forwardAuthorization: false
models:
  aliases: { small: llama }
routing: { policy: least-requests }
admission: { mode: pass-through }
timeouts: { firstByteMs: 600000 }
keys:
  - { sha256: ${'b'.repeat(64)}, tenant: acme }
telemetry:
  logLevel: \${LEVEL:-warn}
`;

describe('a configuration', () => {
  it('is read with its environment', () => {
    expect(read(whole, { environment: { PORT: '8443', ENGINE_KEY: '12345' } })).toMatchObject({
      listen: { host: '0.0.0.0', port: 8443, tls: { certFile: '/etc/cert.pem' } },
      replicas: [
        { id: 'numa-0', numaNode: 0, labels: { gpus: '0-3' } },
        { id: '10.0.0.7:8000', engine: 'vllm', apiKey: '12345' },
      ],
      models: { aliases: { small: 'llama' } },
      timeouts: { firstByteMs: 600_000, connectMs: 2_000 },
      keys: [{ tenant: 'acme' }],
      telemetry: { logLevel: 'warn' },
    });
  });

  it('is all defaults without a file', () => {
    expect(readConfig({ environment: {} })).toEqual(read(''));
  });

  it('is wrong with all that is wrong in it, each by its line', () => {
    const text = 'listen:\n  port: 99999\n  hots: x\nreplicas:\n  - url: a\nadmision: {}\n';
    expect(problemsOf(() => read(text))).toEqual([
      'gateway.yaml:2:3: listen.port cannot be 99999; it has to be a whole number from 0 to 65535',
      'gateway.yaml:3:3: listen.hots is no setting; host is known',
      "gateway.yaml:5:5: replicas[0].url cannot be 'a'; it has to be http:// or https://, a host and a port, and no path",
      'gateway.yaml:6:1: admision is no setting; admission is known',
    ]);
  });

  it('is wrong with what waits for a variable beside all else, and each setting once', () => {
    const text = 'listen:\n  port: ${PORT}\n  hots: x\nreplicas:\n  - url: ${URL}\n';
    expect(problemsOf(() => read(text))).toEqual([
      'gateway.yaml:2:9: the variable PORT is not set; ${PORT:-…} gives it a default',
      'gateway.yaml:3:3: listen.hots is no setting; host is known',
      'gateway.yaml:5:10: the variable URL is not set; ${URL:-…} gives it a default',
    ]);
    expect(problemsOf(() => read('listen:\n  host: ${HOST}'))).toEqual([
      'gateway.yaml:2:9: the variable HOST is not set; ${HOST:-…} gives it a default',
    ]);
  });

  it('takes keys in that look like numbers, and numbers that are numbers', () => {
    const text = 'listen:\n  port: ${PORT}\nreplicas:\n  - url: http://a:1\n    apiKey: ${KEY}\n';
    const config = readConfig({
      file: { name: 'gateway.yaml', text },
      environment: { PORT: '8081', KEY: '1e5' },
    });

    expect(config).toMatchObject({ listen: { port: 8081 }, replicas: [{ apiKey: '1e5' }] });
  });

  it('is wrong where its settings contradict each other', () => {
    const [problem] = problemsOf(() => read('listen:\n  host: 0.0.0.0\n'));
    expect(problem).toMatch(/^gateway\.yaml:2:3: other machines reach 0\.0\.0\.0/);
  });

  it('is wrong with everything at once: variables, bounds, contradictions and names that stand twice', () => {
    const text = [
      'listen: {host: "${HOST}"}',
      'replicas:',
      '  - url: http://a:1',
      '  - url: http://a:1',
      '    apiKey: ${ENGINE_KEY}',
      'limits:',
      '  bodyBytesMax: 0',
      'routing: {policy: kv-aware}',
      'admin: {host: 10.0.0.1}',
      'shutdown: {}',
      'routing: {policy: x}',
    ];
    const problems = problemsOf(() => read(text.join('\n')));
    expect(problems.map((problem) => problem.split(': ')[0])).toEqual([
      'gateway.yaml:1:16',
      'gateway.yaml:4:5',
      'gateway.yaml:5:13',
      'gateway.yaml:7:3',
      'gateway.yaml:8:11',
      'gateway.yaml:9:9',
      'gateway.yaml:11:1',
    ]);
    expect(problems.join('\n')).not.toContain('unset');
  });

  it('has a replica where one is needed', () => {
    const needsReplica = true;
    expect(problemsOf(() => read('', { needsReplica }))).toEqual([
      'gateway.yaml: there is no replica: list one under `replicas` or `launch.replicas`',
    ]);
    expect(problemsOf(() => read('listen: {}\nreplicas: []', { needsReplica }))).toEqual([
      expect.stringMatching(/^gateway\.yaml:2:1: there is no replica/u),
    ]);
    expect(read('', { needsReplica: false }).replicas).toEqual([]);
    expect(read('replicas: [{url: "http://a:1"}]', { needsReplica }).replicas).toHaveLength(1);
  });

  it('is no list and no text', () => {
    for (const text of ['- a', 'hello', '3']) {
      expect(problemsOf(() => read(text))[0]).toMatch(
        /^gateway\.yaml: the configuration cannot be/,
      );
    }
  });

  it('of the longest length is read, and one byte more is not', () => {
    const folder = mkdtempSync(join(tmpdir(), 'numagate-config-'));
    const path = join(folder, 'long.yaml');
    const ofBytes = (bytes: number): void => writeFileSync(path, '#'.repeat(bytes));

    ofBytes(CONFIG_BYTES_MAX);
    expect(loadConfig(path, { environment: {} })).toEqual(read(''));
    ofBytes(CONFIG_BYTES_MAX + 1);
    expect(problemsOf(() => loadConfig(path, { environment: {} }))[0]).toMatch(
      /cannot be read: it has more than \d+ bytes$/,
    );
    rmSync(folder, { recursive: true });
  });

  it('that cannot be read says why', () => {
    const path = '/no/such/file.yaml';
    const [problem] = problemsOf(() => loadConfig(path, { environment: {} }));
    expect(problem).toMatch(/^\/no\/such\/file\.yaml: cannot be read: ENOENT/);
    expect(loadConfig(undefined, { environment: {} })).toEqual(read(''));
  });
});

describe('a setting of the command line', () => {
  it('wins over the file’s and leaves what stands beside it', () => {
    const overrides = [{ flag: '--port', path: ['listen', 'port'], value: 2 }];
    const { listen } = read('listen: {host: 127.0.0.2, port: 1}', { overrides });
    expect(listen).toMatchObject({ host: '127.0.0.2', port: 2 });
  });

  it('may be one item of a list', () => {
    const text = 'replicas:\n  - url: http://a:1\n  - url: http://b:1\n';
    const overrides = [{ flag: '--id', path: ['replicas', 1, 'id'], value: 'second' }];
    expect(read(text, { overrides }).replicas.map(({ id }) => id)).toEqual(['a:1', 'second']);
  });

  it('stands in what is not in the file', () => {
    const overrides = [{ flag: '--port', path: ['listen', 'port'], value: 2 }];
    expect(readConfig({ environment: {}, overrides }).listen.port).toBe(2);
  });

  it('is at fault by its flag, the last of those that set it', () => {
    const overrides = [
      { flag: '--one', path: ['listen', 'port'], value: 2 },
      { flag: '--two', path: ['listen', 'port'], value: -1 },
    ];
    const [problem] = problemsOf(() => read('listen: {port: 1}', { overrides }));
    expect(problem).toMatch(/^--two: listen\.port cannot be -1/);
  });

  it('is not at fault for what the file says beside it', () => {
    const overrides = [{ flag: '--port', path: ['listen', 'port'], value: 2 }];
    const [problem] = problemsOf(() => read('listen:\n  host: 3', { overrides }));
    expect(problem).toMatch(/^gateway\.yaml:2:3: listen\.host cannot be 3/);
  });
});

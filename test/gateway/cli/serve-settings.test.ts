import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ServeFlags } from '../../../gateway/cli/serve-settings.ts';
import { settingsOf } from '../../../gateway/cli/serve-settings.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';

const replica = ['http://127.0.0.1:30000'];

function messageFor(flags: ServeFlags): string {
  try {
    settingsOf(flags, {});
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return '';
}

describe('settings by flags alone', () => {
  it('need nothing but a replica', () => {
    const config = settingsOf({ replica }, {});
    expect(config.replicas).toMatchObject([
      { id: '127.0.0.1:30000', url: 'http://127.0.0.1:30000' },
    ]);
    expect(config.listen.port).toBe(8080);
  });

  it('take every flag to its setting', () => {
    const config = settingsOf(
      {
        replica: [...replica, 'http://127.0.0.1:30001'],
        host: '0.0.0.0',
        port: 1,
        adminHost: '127.0.0.2',
        adminPort: 2,
        policy: 'round-robin',
        admission: 'pass-through',
        otlpEndpoint: 'http://127.0.0.1:4318',
        logLevel: 'warn',
        allowUnauthenticated: true,
      },
      {},
    );
    expect(config.replicas).toHaveLength(2);
    expect(config).toMatchObject({
      listen: { host: '0.0.0.0', port: 1, allowUnauthenticated: true },
      admin: { host: '127.0.0.2', port: 2 },
      routing: { policy: 'round-robin' },
      admission: { mode: 'pass-through' },
      telemetry: { otlpEndpoint: 'http://127.0.0.1:4318', logLevel: 'warn' },
    });
  });

  it('say what replicas hold that do not tell it themselves', () => {
    const { replicas } = settingsOf(
      { replica, kvCapacityTokens: 596_924, contextTokensMax: 8192 },
      {},
    );
    expect(replicas).toMatchObject([{ kvCapacityTokens: 596_924, contextTokensMax: 8192 }]);
  });

  it('need a replica', () => {
    const message = /^--replica: there is no replica: name one with --replica <url>/u;
    expect(messageFor({})).toMatch(message);
    expect(messageFor({ replica: [] })).toMatch(message);
  });

  it('are at fault by the name of the flag', () => {
    expect(messageFor({ replica: ['localhost:30000'] })).toBe(
      "--replica: replicas[0].url cannot be 'localhost:30000'; it has to be http:// or https://, a host and a port, and no path",
    );
    expect(messageFor({ replica, host: '0.0.0.0' })).toMatch(
      /^--host: other machines reach 0\.0\.0\.0/,
    );
    expect(messageFor({ replica, logLevel: 'loud' })).toMatch(
      /^--log-level: .*'loud'.* one of debug/,
    );
    expect(messageFor({ replica: [...replica, ...replica] })).toMatch(
      /^--replica: .* listed twice/,
    );
  });
});

describe('settings by flags and file', () => {
  let folder: string;
  let file: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'numagate-settings-'));
    file = join(folder, 'gateway.yaml');
    writeFileSync(
      file,
      'listen: {port: 1}\nreplicas:\n  - url: http://${HOST:-a}:1\n    kvCapacityTokens: 7\n  - url: http://b:1\n',
    );
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('are the file’s where no flag says otherwise', () => {
    const config = settingsOf({ config: file, adminPort: 3 }, { HOST: 'here' });
    expect(config.replicas.map(({ url }) => url)).toEqual(['http://here:1', 'http://b:1']);
    expect(config).toMatchObject({ listen: { port: 1 }, admin: { port: 3 } });
  });

  it('are the flags’ where both say', () => {
    const config = settingsOf({ config: file, port: 2, replica }, {});
    expect(config.listen.port).toBe(2);
    expect(config.replicas.map(({ url }) => url)).toEqual(replica);
  });

  it('leave a replica what the file says of it', () => {
    const { replicas } = settingsOf({ config: file, kvCapacityTokens: 9 }, {});
    expect(replicas.map(({ kvCapacityTokens }) => kvCapacityTokens)).toEqual([7, 9]);
  });

  it('are at fault by the line of the file', () => {
    writeFileSync(join(folder, 'wrong.yaml'), 'listen:\n  prot: 1\n');
    expect(messageFor({ config: join(folder, 'wrong.yaml') })).toMatch(
      /wrong\.yaml:2:3: listen\.prot is no setting; port is known$/,
    );
    expect(messageFor({ config: join(folder, 'none.yaml') })).toMatch(
      /none\.yaml: cannot be read: ENOENT/,
    );
  });
});

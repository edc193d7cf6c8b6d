import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { drainCommand, undrainCommand } from '../../../gateway/cli/drain.ts';

describe('gateway drain and undrain', () => {
  const asked: string[] = [];
  let said = '';

  async function run(command: 'drain' | 'undrain', ...args: readonly string[]): Promise<string> {
    const server = createServer(({ method, url, headers }, response) => {
      asked.push([method, url, headers.authorization ?? 'no key'].join(' '));
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const made = command === 'drain' ? drainCommand() : undrainCommand();
      await made.exitOverride().parseAsync(['r0', '--admin-url', url, ...args], { from: 'user' });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    return said;
  }

  beforeEach(() => {
    said = '';
    asked.length = 0;
    vi.stubEnv('GATEWAY_ADMIN_KEY', undefined);
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  });

  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  it('mark a replica, and say what that means', async () => {
    expect(await run('drain')).toContain('r0 is drained: it gets nothing more until');
    said = '';
    expect(await run('undrain')).toContain('r0 gets requests again');
    expect(asked).toEqual([
      'POST /admin/replicas/r0/drain no key',
      'POST /admin/replicas/r0/undrain no key',
    ]);
  });

  it('bear the key of the flag, else that of the environment', async () => {
    vi.stubEnv('GATEWAY_ADMIN_KEY', 'of-the-environment');
    await run('drain');
    await run('drain', '--admin-key', 'of-the-flag');
    expect(asked.map((line) => line.split(' ').slice(2).join(' '))).toEqual([
      'Bearer of-the-environment',
      'Bearer of-the-flag',
    ]);
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { explainCommand } from '../../../gateway/cli/explain.ts';
import { aDecisionPage } from '../../support/decision-pages.ts';

describe('gateway explain', () => {
  const page = aDecisionPage();
  const keys: (string | undefined)[] = [];
  const server = createServer((incoming, response) => {
    keys.push(incoming.headers.authorization);
    response.end(JSON.stringify({ decisions: [page] }));
  });
  let said = '';

  async function run(...args: readonly string[]): Promise<string> {
    said = '';
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const command = explainCommand().exitOverride();
      await command.parseAsync(['request-0', '--admin-url', url, ...args], { from: 'user' });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    return said;
  }

  beforeEach(() => {
    keys.length = 0;
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

  it('tells it in words', async () => {
    expect(await run()).toMatch(/^Request request-0: model llama[^]*> node0 [^]*\n$/u);
  });

  it('tells it as JSON', async () => {
    expect(JSON.parse(await run('--json'))).toEqual({ decisions: [page] });
  });

  it('bears the key of the flag, else that of the environment', async () => {
    await run();
    vi.stubEnv('GATEWAY_ADMIN_KEY', 'of-the-environment');
    await run();
    await run('--admin-key', 'of-the-flag');

    expect(keys).toEqual([undefined, 'Bearer of-the-environment', 'Bearer of-the-flag']);
  });

  it('refuses an admin URL with a path', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await expect(
      explainCommand()
        .exitOverride()
        .parseAsync(['a', '--admin-url', 'http://a:1/metrics'], { from: 'user' }),
    ).rejects.toThrow('It must be http:// or https://, a host and a port, and no path.');
  });
});

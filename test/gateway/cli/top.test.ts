import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { topCommand } from '../../../gateway/cli/top.ts';
import { aHouseState } from '../../support/house-states.ts';

describe('gateway top', () => {
  const asked: (string | undefined)[] = [];
  let status = 200;
  let quits = false;
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.url} ${incoming.headers.authorization ?? ''}`.trim());
    response.writeHead(status).end(JSON.stringify(aHouseState()));
    // Somebody presses q when the second answer has come.
    if (quits && asked.length === 2)
      setImmediate(() => process.stdin.emit('data', Buffer.from('q')));
  });
  let said = '';

  async function run(...args: readonly string[]): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const command = topCommand().exitOverride();
      await command.parseAsync(['--admin-url', url, ...args], { from: 'user' });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    return said;
  }

  beforeEach(() => {
    asked.length = 0;
    status = 200;
    quits = false;
    said = '';
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

  it('prints one frame, after two looks for the rates, and no escape where there is no terminal', async () => {
    const text = await run('--once', '--admin-key', 'sesame');

    expect(text).toMatch(/^numagate 1\.2\.3 {2}kv-aware\n/u);
    expect(text).not.toContain('\u001b');
    expect(asked).toEqual([
      '/admin/state?requests=0 Bearer sesame',
      '/admin/state?requests=10 Bearer sesame',
    ]);
  });

  it('takes the key of the environment, and says what to do where it is not taken', async () => {
    vi.stubEnv('GATEWAY_ADMIN_KEY', 'of-the-environment');
    status = 401;

    await expect(run('--once')).rejects.toThrow('does not take this admin key');
    expect(asked).toEqual(['/admin/state?requests=0 Bearer of-the-environment']);
  });

  it('draws over the terminal until q is pressed, and leaves it as it was', async () => {
    const { isTTY: outputIsTTY } = process.stdout;
    const { isTTY: inputIsTTY } = process.stdin;
    Object.assign(process.stdout, { isTTY: true, hasColors: () => false });
    Object.assign(process.stdin, { isTTY: true, setRawMode: () => process.stdin });
    quits = true;
    try {
      const text = await run();

      expect(text.startsWith('\u001b[?1049h')).toBe(true);
      expect(text.split('\u001b[H').length - 1).toBeGreaterThanOrEqual(1);
      expect(text.endsWith('\u001b[?1049l')).toBe(true);
    } finally {
      Object.assign(process.stdout, { isTTY: outputIsTTY });
      Object.assign(process.stdin, { isTTY: inputIsTTY });
    }
  });
});

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';

import { explainPortError } from '../../../gateway/cli/port-error.ts';

function failure(facts: object): Error {
  return Object.assign(new Error('listen failed'), facts);
}

function messageOf(error: unknown): string {
  const explained = explainPortError(error, '--port');
  return explained instanceof Error ? explained.message : '';
}

describe('an address that cannot be had', () => {
  it.each([
    [
      { code: 'EADDRINUSE', address: '127.0.0.1', port: 8080 },
      '127.0.0.1:8080 is taken (EADDRINUSE): --port would take another.',
    ],
    [
      { code: 'EACCES', address: '127.0.0.1', port: 80 },
      '127.0.0.1:80 is not ours to take (EACCES): --port would take another.',
    ],
    [
      { code: 'EADDRNOTAVAIL', address: '10.9.8.7', port: 0 },
      '10.9.8.7:0 is not an address of this machine (EADDRNOTAVAIL): --port would take another.',
    ],
    [
      { code: 'ENOTFOUND', hostname: 'no.such.host' },
      'no.such.host is not an address that is known (ENOTFOUND): --port would take another.',
    ],
  ])('%j is explained', (facts, message) => {
    const error = failure(facts);
    expect(messageOf(error)).toBe(message);
    expect((explainPortError(error, '') as Error).cause).toBe(error);
  });

  it('is told from every other failure', () => {
    for (const error of [failure({}), failure({ code: 'ENOENT' }), 'a text', undefined]) {
      expect(explainPortError(error, '--port')).toBe(error);
    }
  });

  it('is what Node says of a port that is taken', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => {
      holder.listen(0, '127.0.0.1', resolve);
    });
    const { port } = holder.address() as AddressInfo;
    const error = await new Promise<Error>((resolve) => {
      createServer().once('error', resolve).listen(port, '127.0.0.1');
    });
    holder.close();
    expect(messageOf(error)).toContain(`127.0.0.1:${port} is taken`);
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';

import { isFree, isReady } from '../../../deploy/launch/readiness.ts';
import { freePort } from '../../support/launched/plans.ts';

/** Something that answers each path with a status of its own, 404 unless given. */
async function aServer(
  statuses: Readonly<Record<string, number>>,
): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer((request, response) => {
    response.writeHead(statuses[request.url ?? ''] ?? 404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise<unknown>((resolve) => {
        server.close(resolve);
      });
    },
  };
}

describe('an engine', () => {
  it.each([
    ['is healthy', { '/health': 200 }, true],
    ['asks for a key', { '/health': 401 }, true],
    ['loads', { '/health': 503 }, false],
    ['fails', { '/health': 500, '/v1/models': 200 }, false],
    ['has no health page and lists its models', { '/v1/models': 200 }, true],
    ['has neither', {}, false],
  ])('that %s is ready: %s', async (_what, statuses, ready) => {
    await using server = await aServer(statuses);
    expect(await isReady(server.port)).toBe(ready);
  });

  it('that does not listen is not ready', async () => {
    expect(await isReady(await freePort())).toBe(false);
  });
});

describe('a port', () => {
  it('is free until somebody listens on it, on whatever address', async () => {
    await using server = await aServer({});
    expect(await isFree(server.port)).toBe(false);
    expect(await isFree(await freePort())).toBe(true);
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';

import { adminReplicas } from '../../../gateway/cli/admin-replicas.ts';

/** An admin port that gives every call one answer, and notes the calls. */
async function anAdminPort(
  status: number,
  body: string,
): Promise<{ readonly url: string; readonly calls: string[] } & AsyncDisposable> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim());
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<unknown>((resolve) => {
        server.close(resolve);
      });
    },
  };
}

describe('the admin port of a gateway', () => {
  it('tells its replicas to whom has the key', async () => {
    await using port = await anAdminPort(200, '[{"id":"one"}]');
    const door = { url: port.url, key: 'secret' };
    expect(await adminReplicas(door)).toEqual([{ id: 'one' }]);
    await adminReplicas({ url: port.url, key: undefined });
    expect(port.calls).toEqual(['GET /admin/replicas Bearer secret', 'GET /admin/replicas']);
  });

  it.each([
    [401, 'answers 401 to GET /admin/replicas: give its admin key with --admin-key.'],
    [
      403,
      'answers 403 to GET /admin/replicas: without an admin key it is asked by its address or as localhost alone.',
    ],
    [404, 'answers 404 to GET /admin/replicas.'],
  ])('may answer %d, which is said', async (status, message) => {
    await using port = await anAdminPort(status, '{}');
    await expect(adminReplicas({ url: port.url, key: undefined })).rejects.toThrow(message);
  });

  it('may not be there, which is said', async () => {
    const port = await anAdminPort(200, '[]');
    await port[Symbol.asyncDispose]();
    await expect(adminReplicas({ url: port.url, key: undefined })).rejects.toThrow(
      `No gateway answers at ${port.url}: --admin-url names another admin port.`,
    );
  });
});

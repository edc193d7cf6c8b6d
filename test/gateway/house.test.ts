import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { readConfig } from '../../gateway/config.ts';
import type { RunningGateway } from '../../gateway/house.ts';
import { startGateway } from '../../gateway/house.ts';

const open: RunningGateway[] = [];

afterEach(async () => {
  for (const gateway of open.splice(0)) await gateway.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function anEmptyHouse(port = 0, adminPort = 0): Promise<RunningGateway> {
  const overrides = [
    { path: ['listen', 'port'], value: port, flag: 'the test' },
    { path: ['admin', 'port'], value: adminPort, flag: 'the test' },
    { path: ['telemetry', 'logLevel'], value: 'silent', flag: 'the test' },
  ];
  const gateway = await startGateway(readConfig({ overrides, environment: {} }));
  open.push(gateway);
  return gateway;
}

describe('a house without replicas', () => {
  it('is alive and not ready, and says why', async () => {
    const { url } = await anEmptyHouse();
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const ready = await fetch(`${url}/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ ready: false, reason: 'no replica is ready' });
  });

  it('has its metrics and its state on the other door alone', async () => {
    const { url, adminUrl } = await anEmptyHouse();
    expect((await fetch(`${adminUrl}/metrics`)).status).toBe(200);
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    expect(await (await fetch(`${adminUrl}/admin/state`)).json()).toMatchObject({
      policy: 'kv-aware',
      draining: false,
      waitingRequests: 0,
      replicas: [],
    });
  });

  it('cannot open a door that is taken', async () => {
    const { url } = await anEmptyHouse();
    await expect(anEmptyHouse(Number(new URL(url).port))).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('opens no door where the other is taken', async () => {
    const { adminUrl } = await anEmptyHouse();
    const port = await freePort();
    await expect(anEmptyHouse(port, Number(new URL(adminUrl).port))).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
  });

  it('is left at once when nobody is inside', async () => {
    const { url, drain } = await anEmptyHouse();
    open.length = 0;
    await drain();
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });
});

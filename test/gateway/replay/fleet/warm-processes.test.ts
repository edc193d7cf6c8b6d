import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { waitingClock } from '../../../../gateway/cli/waiting-clock.ts';
import { warmProcesses } from '../../../../gateway/replay/fleet/warm-processes.ts';
import { loadOptions } from '../../../../gateway/replay/socket-run.ts';
import { settings } from '../builders.ts';

/** A server that counts what is asked of it, and answers whatever it is asked, or nothing. */
async function warmed(
  answers: boolean,
  signal: AbortSignal,
  onAsked: () => void = () => undefined,
): Promise<number> {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    onAsked();
    if (answers) response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fetchText = () =>
    Promise.resolve({ status: 200, headers: {}, body: '{"data":[{"id":"m"}]}' });
  const textClient = { fetchText, close: () => Promise.resolve() };
  const load = await loadOptions({ ...settings(), url, speed: 3 }, textClient);
  await warmProcesses({ url, load, signal }, waitingClock);
  server.closeAllConnections();
  server.close();
  return asked;
}

describe('warming the processes of a fleet', () => {
  it('asks hundreds of times, and does not mind what is answered', async () => {
    await expect(warmed(true, new AbortController().signal)).resolves.toBe(400);
  });

  it('ends at once when it is interrupted', async () => {
    await expect(warmed(false, AbortSignal.abort())).resolves.toBe(0);
  });

  it('ends when it is interrupted on its way', async () => {
    const interrupted = new AbortController();
    const asked = warmed(false, interrupted.signal, () => interrupted.abort());

    await expect(asked).resolves.toBeGreaterThan(0);
  });
});

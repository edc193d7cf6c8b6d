import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { describe, expect, it } from 'vitest';

import { LauncherClient } from '../../../deploy/launch/control-client.ts';
import { PROTOCOL } from '../../../deploy/launch/launcher-state.ts';
import { TemporaryFolder } from '../../support/launched/plans.ts';

/** Something at the socket that gives every call one answer, and notes the calls. */
async function answering(
  folder: TemporaryFolder,
  status: number,
  body: string,
): Promise<{ readonly calls: string[] } & AsyncDisposable> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      calls.push(`${request.method} ${request.url} ${text}`.trim());
      response.writeHead(status, { connection: 'close' }).end(body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(folder.dir.socket, resolve);
  });
  return {
    calls,
    async [Symbol.asyncDispose]() {
      await new Promise<unknown>((resolve) => {
        server.close(resolve);
      });
    },
  };
}

const limits = { readyMsMax: 1, stopMsMax: 2 };
const wanted = { protocol: PROTOCOL, owner: { pid: 1, startTicks: 2 }, replicas: [], limits };

describe('who asks a launcher', () => {
  it('gets its state for whatever it asks', async () => {
    using folder = new TemporaryFolder();
    await using launcher = await answering(folder, 200, '{"run":"one","replicas":[]}');
    const client = new LauncherClient(folder.dir.socket);

    expect(await client.state()).toEqual({ run: 'one', replicas: [] });
    await client.apply(wanted);
    await client.restart('a/b');
    await client.stop();

    expect(launcher.calls).toEqual([
      'GET /state',
      `PUT /replicas ${JSON.stringify(wanted)}`,
      'POST /replicas/a%2Fb/restart',
      'POST /stop',
    ]);
  });

  it.each([
    [409, '{"error":"there is no replica x"}', 'the launcher refuses: there is no replica x'],
    [200, '{}', 'the launcher refuses: it answered 200'],
    [200, 'hello', 'the launcher refuses: what it answered is no JSON'],
  ])('hears why it is refused: %s %s', async (status, body, message) => {
    using folder = new TemporaryFolder();
    await using _launcher = await answering(folder, status, body);
    const error: unknown = await new LauncherClient(folder.dir.socket)
      .stop()
      .catch((one: unknown) => one);
    expect(error).toMatchObject({ name: 'LauncherError', isAbsent: false, message });
  });

  it('knows a launcher that is not there', async () => {
    using folder = new TemporaryFolder();
    const error: unknown = await new LauncherClient(folder.dir.socket)
      .state()
      .catch((one: unknown) => one);
    expect(error).toMatchObject({
      isAbsent: true,
      message: `no launcher listens at ${folder.dir.socket}`,
    });
  });

  it('does not take one that breaks the connection for absent', async () => {
    using folder = new TemporaryFolder();
    const server = createSocketServer((connection) => connection.destroy());
    await new Promise<void>((resolve) => {
      server.listen(folder.dir.socket, resolve);
    });
    const error: unknown = await new LauncherClient(folder.dir.socket)
      .state()
      .catch((one: unknown) => one);
    server.close();
    expect(error).toMatchObject({ name: 'LauncherError', isAbsent: false });
  });
});

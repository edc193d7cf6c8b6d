import { describe, expect, it } from 'vitest';
import { Listener } from '../../../deploy/simulator/listener.ts';
import { RawClient } from '../../support/raw-client.ts';

const request = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

/** A listener that answers `yes`, not yet open. */
function aListener(port = 0): Listener {
  return new Listener((_request, response) => response.end('yes'), { host: '127.0.0.1', port });
}

async function knock(listener: Listener): Promise<string> {
  const client = new RawClient(`http://127.0.0.1:${listener.port}`).send(request);
  client.socket.once('data', () => client.socket.end());
  const { text, ending } = await client.closed();
  return text.includes('yes') ? 'answered' : ending;
}

describe('a listener', () => {
  it('answers on a free port when it is open', async () => {
    const listener = aListener();
    await listener.receive('open');

    expect(listener.port).toBeGreaterThan(0);
    expect(await knock(listener)).toBe('answered');
    await listener.close();
  });

  it('refuses connections when it is closed, and is back on its port when it is opened', async () => {
    const listener = aListener();
    await listener.receive('open');
    const { port } = listener;
    await listener.receive('closed');
    expect(await knock(listener)).toBe('rst');
    await listener.receive('open');

    expect(listener.port).toBe(port);
    expect(await knock(listener)).toBe('answered');
    await listener.close();
  });

  it('resets each new connection when it is told so', async () => {
    const listener = aListener();
    await listener.receive('open');
    await listener.receive('reset');
    expect(await knock(listener)).toBe('rst');
    await listener.receive('open');

    expect(await knock(listener)).toBe('answered');
    await listener.close();
  });

  it('may be told twice what it does', async () => {
    const listener = aListener();
    await listener.receive('open');
    await listener.receive('open');
    await listener.receive('closed');
    await listener.receive('closed');

    expect(await knock(listener)).toBe('rst');
    await listener.close();
  });

  it('cuts every connection that it holds', async () => {
    const listener = aListener();
    await listener.receive('open');
    const clients = [1, 2].map(() => new RawClient(`http://127.0.0.1:${listener.port}`));
    await Promise.all(clients.map((client) => client.send(request).until('yes')));
    expect(listener.connections).toBe(2);
    listener.cutAll();

    expect(
      await Promise.all(clients.map(async (client) => (await client.closed()).ending)),
    ).toEqual(['rst', 'rst']);
    await listener.close();
  });

  it('counts its connections', async () => {
    const listener = aListener();
    await listener.receive('open');
    expect(listener.connections).toBe(0);
    const client = new RawClient(`http://127.0.0.1:${listener.port}`).send(request);
    await client.until('yes');
    expect(listener.connections).toBe(1);
    await listener.close();

    expect((await client.closed()).text).toContain('yes');
    expect(listener.connections).toBe(0);
  });

  it('fails to open on a port that is taken', async () => {
    const first = aListener();
    await first.receive('open');
    const second = aListener(first.port);

    await expect(second.receive('open')).rejects.toThrow('EADDRINUSE');
    await first.close();
  });

  it('closes when it never was open', async () => {
    await expect(aListener().close()).resolves.toBeUndefined();
  });
});

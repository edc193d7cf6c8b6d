import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ChildError, startChild } from '../../../../gateway/replay/fleet/child.ts';
import type { Child } from '../../../../gateway/replay/fleet/child.ts';

const ready = `console.log(JSON.stringify({ event: 'listening', url: 'http://127.0.0.1:1', adminUrl: 'http://127.0.0.1:2' }));`;
/** Its input stays open as long as whoever started it lives. */
const forever = 'process.stdin.resume();';

const started = (script: string): Promise<Child> =>
  startChild({ name: 'engine', file: process.execPath, args: ['--eval', script] });

describe('a child', () => {
  it('has the addresses that it says it listens on', async () => {
    const child = await started(`console.log('starting'); ${ready} ${forever}`);

    expect(child).toMatchObject({
      name: 'engine',
      url: 'http://127.0.0.1:1',
      adminUrl: 'http://127.0.0.1:2',
      isRunning: true,
    });
    await child.stop();
    expect(child.isRunning).toBe(false);
  });

  it('may have one address alone', async () => {
    const line = `console.log('{"event":"listening","url":"http://127.0.0.1:1"}');`;
    const child = await started(line + forever);

    expect(child.adminUrl).toBeUndefined();
    await child.stop();
  });

  it('is asked to end, and can do so in good order', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { readonly port: number };
    const told = once(server, 'connection');
    const goodbye = `process.on('SIGINT', () => require('net').connect(${port}, '127.0.0.1', () => process.exit()));`;

    const child = await started(goodbye + ready + forever);
    await child.stop();

    await told;
    expect(child.isRunning).toBe(false);
    server.close();
  });

  it('can be stopped again, and after it went by itself', async () => {
    const child = await started(`${ready} setImmediate(() => process.exit());`);
    await child.stop();
    await child.stop();

    expect(child.isRunning).toBe(false);
  });

  it('that writes much is not held up by a full pipe', async () => {
    const child = await started(
      `${ready} process.stdout.write('x'.repeat(1e6), () => process.stderr.write('y'.repeat(1e6), () => process.exit()));`,
    );
    while (child.isRunning) await new Promise((resolve) => void setImmediate(resolve));

    expect(child.isRunning).toBe(false);
  });
});

describe('a child that does not come up', () => {
  it('is an error with the last that it wrote', async () => {
    const failing = started(`console.error('port 1 is taken'); process.exit(3);`);

    await expect(failing).rejects.toThrow(ChildError);
    await expect(failing).rejects.toThrow('the engine ended before it listened:\nport 1 is taken');
  });

  it('is an error also where it wrote nothing', async () => {
    await expect(started('')).rejects.toThrow(/^the engine ended before it listened$/u);
  });

  it('shows no more than a screen of what it wrote', async () => {
    const failing = started(`process.stderr.write('x'.repeat(1e5) + 'end'); process.exitCode = 1;`);
    const error = await failing.catch((reason: unknown) => reason);

    expect(String(error)).toMatch(/xend$/u);
    expect(String(error).length).toBeLessThan(4200);
  });

  it('is an error where there is no such program', async () => {
    const failing = startChild({ name: 'gateway', file: '/nowhere/node', args: [] });

    await expect(failing).rejects.toThrow(
      /^the gateway ended before it listened:\nspawn .* ENOENT/u,
    );
  });
});

describe('the listeners on this process', () => {
  it('are as many after a child as before', async () => {
    const before = process.listenerCount('exit');
    const child = await started(ready + forever);
    expect(process.listenerCount('exit')).toBe(before + 1);
    await child.stop();

    expect(process.listenerCount('exit')).toBe(before);
  });
});

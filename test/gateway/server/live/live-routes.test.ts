import type { HttpBindings } from '@hono/node-server';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { LiveFeed, WATCHERS_MAX } from '../../../../gateway/server/live/live-feed.ts';
import { mountLive } from '../../../../gateway/server/live/live-routes.ts';
import type { Listener } from '../../../../gateway/server/listen.ts';
import { listen } from '../../../../gateway/server/listen.ts';
import { aStream, aView } from '../../../support/live-view.ts';

describe('the live routes', () => {
  let door: Listener | undefined;

  afterEach(async () => door?.close());

  async function aHouse() {
    const house = aView();
    const feed = new LiveFeed(house);
    const app = new Hono<{ Bindings: HttpBindings }>();
    mountLive(app, { ...house, feed });
    const listener = getRequestListener(app.fetch);
    door = await listen((incoming, outgoing) => void listener(incoming, outgoing), {
      host: '127.0.0.1',
      port: 0,
      headBytesMax: 16_384,
    });
    return { ...house, feed, url: door.url, app };
  }

  it('stream events until the watcher goes away, and do nothing from then on', async () => {
    const { url, clock } = await aHouse();
    const abort = new AbortController();
    const answer = await fetch(`${url}/admin/live`, { signal: abort.signal });
    const reader = answer.body?.getReader();
    const first = await reader?.read();

    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(new TextDecoder().decode(first?.value)).toMatch(/^data: \{/u);
    expect(clock.timers).toBe(1);

    abort.abort();
    await expect.poll(() => clock.timers).toBe(0);
  });

  it('refuse one watcher too many, as saturated', async () => {
    const { url, feed } = await aHouse();
    const watcher = { waitingBytes: 0, send: () => undefined, drop: () => undefined };
    for (let seat = 0; seat < WATCHERS_MAX; seat += 1) feed.watch(watcher);

    const answer = await fetch(`${url}/admin/live`);

    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ error: { code: 'saturated' } });
  });

  it('show an open request, and of any other say where to look', async () => {
    const { app, open } = await aHouse();
    aStream(open, { requestId: 'a' });

    const found = await app.request('/admin/requests/a');
    expect(await found.json()).toMatchObject({ requestId: 'a', phase: 'prefill', gapsMs: [] });

    const missing = await app.request('/admin/requests/b');
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({
      error: { code: 'not_found', message: expect.stringContaining('/admin/decisions/b') },
    });
  });
});

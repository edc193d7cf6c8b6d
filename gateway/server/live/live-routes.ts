import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Hono } from 'hono';

import type { Clock } from '../../clock.ts';
import type { OpenRequests } from '../../pipeline/open-requests.ts';
import type { LiveFeed, Watcher } from './live-feed.ts';
import { WATCHERS_MAX } from './live-feed.ts';
import { requestPage } from './request-page.ts';

/** What the live routes answer with. */
export interface LiveRoutesParts {
  readonly feed: LiveFeed;
  readonly open: OpenRequests;
  readonly clock: Clock;
}

/** Mounts `/admin/live`, a stream of events, and `/admin/requests/{request id}`. */
export function mountLive(
  app: Hono<{ Bindings: HttpBindings }>,
  { feed, open, clock }: LiveRoutesParts,
): void {
  app.get('/admin/live', (context) => {
    if (feed.isFull) {
      const message = `${WATCHERS_MAX} watch already, which is the most: close a page, or ask /admin/state.`;
      return context.json({ error: { code: 'saturated', message } }, 503);
    }
    stream(feed, context.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  app.get('/admin/requests/:id', (context) => {
    const requestId = context.req.param('id');
    const found = open.find(requestId);
    if (found !== undefined) return context.json(requestPage(found, clock.nowMs()));
    const message =
      `No request ${requestId} is open: it may have ended. ` +
      `/admin/decisions/${requestId} tells what came of it.`;
    return context.json({ error: { code: 'not_found', message } }, 404);
  });
}

function stream(feed: LiveFeed, response: HttpBindings['outgoing']): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // nginx would hold events back until it has a bufferful.
    'x-accel-buffering': 'no',
  });
  response.on('close', feed.watch(watcherOf(response)));
}

function watcherOf(response: HttpBindings['outgoing']): Watcher {
  return {
    get waitingBytes() {
      return response.writableLength;
    },
    send: (text) => void response.write(text),
    drop: () => response.destroy(),
  };
}

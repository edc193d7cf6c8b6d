import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';

import type { Clock } from '../clock.ts';
import type { DecisionLog } from '../pipeline/decision-log.ts';
import type { WallOf } from './decision-page.ts';
import { decisionPage, summaryPage } from './decision-page.ts';

/** What the pages of decisions are made from. */
export interface DecisionsParts {
  readonly decisions: DecisionLog;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
}

/** Decisions of a list where the caller names no number, and the most that it may name. */
const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 1_000;

/** Decisions on one request: the first and its retry, and those of others that took the same id. */
const PER_REQUEST_MAX = 16;

/** Mounts `/admin/decisions` and `/admin/decisions/{request id}`. */
export function mountDecisions(
  app: Hono<{ Bindings: HttpBindings }>,
  { decisions, clock, wallMs }: DecisionsParts,
): void {
  const wallOf: WallOf = (atMs) => wallMs() - clock.nowMs() + atMs;
  app.get('/admin/decisions', (context) => {
    const text = context.req.query('limit') ?? String(LIMIT_DEFAULT);
    const limit = Number(text);
    if (!/^\d+$/u.test(text) || limit < 1 || limit > LIMIT_MAX) {
      const message = `limit=${text} must be a whole number from 1 to ${LIMIT_MAX}.`;
      return context.json({ error: { code: 'invalid_request', message } }, 400);
    }
    const replica = context.req.query('replica');
    const found = decisions.find({ limit, replica, requestId: context.req.query('request') });
    return context.json({ decisions: found.map((each) => summaryPage(each, wallOf)) });
  });
  app.get('/admin/decisions/:id', (context) => {
    const requestId = context.req.param('id');
    const found = decisions.find({ limit: PER_REQUEST_MAX, requestId }).toReversed();
    if (found.length > 0) {
      return context.json({ decisions: found.map((each) => decisionPage(each, wallOf)) });
    }
    const message = `No decision on ${requestId} is among the last ${decisions.size}.`;
    return context.json({ error: { code: 'not_found', message } }, 404);
  });
}

import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';

import { DecisionLog } from '../../../gateway/pipeline/decision-log.ts';
import { mountDecisions } from '../../../gateway/server/decisions.ts';
import { aRequest } from '../../support/builders.ts';
import { aDecision, aReceipt } from '../../support/decisions.ts';

/** Decisions of the given requests and replicas, the last one the newest. */
function anApp(...noted: readonly (readonly [requestId: string, replica: string])[]) {
  const decisions = new DecisionLog();
  for (const [requestId, replica] of noted) {
    const receipt = aReceipt({ replicas: ['one', 'full', replica, 'away'] });
    const request = aRequest({ requestId });
    const before = decisions.find({ limit: 9, requestId }).length;
    decisions.note(aDecision({ request, receipt, ordinal: before + 1 }));
  }
  const app = new Hono<{ Bindings: HttpBindings }>();
  const clock = { nowMs: () => 5_000, after: () => () => undefined };
  mountDecisions(app, { decisions, clock, wallMs: () => 1_700_000_004_000 });
  return async (path: string) => {
    const answer = await app.request(path);
    return { status: answer.status, body: (await answer.json()) as Body };
  };
}

interface Body {
  readonly decisions?: readonly Readonly<Record<string, unknown>>[];
  readonly error?: unknown;
}

function idsOf({ body }: { readonly body: Body }): unknown[] | undefined {
  return body.decisions?.map(({ requestId }) => requestId);
}

describe('/admin/decisions', () => {
  it('lists the newest first, each in a few figures', async () => {
    const { status, body } = await anApp(['a', 'x'], ['b', 'y'])('/admin/decisions');

    expect(status).toBe(200);
    expect(idsOf({ body })).toEqual(['b', 'a']);
    expect(body.decisions?.[0]).toMatchObject({
      requestId: 'b',
      decision: 1,
      // 4 s ago by a clock that stands at 5,000 ms.
      at: new Date(1_700_000_000_000).toISOString(),
      policy: 'kv-aware',
      replica: 'y',
      refusal: null,
      outcome: null,
    });
    expect(body.decisions?.[0]).not.toHaveProperty('candidates');
  });

  it('lists as many as are asked for, 50 unless told', async () => {
    const many = Array.from({ length: 60 }, (_, index) => [`r${index}`, 'x'] as const);
    const ask = anApp(...many);

    expect((await ask('/admin/decisions')).body.decisions).toHaveLength(50);
    expect(idsOf(await ask('/admin/decisions?limit=2'))).toEqual(['r59', 'r58']);
    expect((await ask('/admin/decisions?limit=1000')).body.decisions).toHaveLength(60);
  });

  it.each(['0', '1001', '-1', '1.5', 'many', ''])(
    'refuses limit=%s and says why',
    async (limit) => {
      const { status, body } = await anApp()(`/admin/decisions?limit=${limit}`);

      expect(status).toBe(400);
      expect(body.error).toEqual({
        code: 'invalid_request',
        message: `limit=${limit} must be a whole number from 1 to 1000.`,
      });
    },
  );

  it('lists those of one replica and of one request', async () => {
    const ask = anApp(['a', 'x'], ['b', 'y'], ['a', 'y']);

    expect(idsOf(await ask('/admin/decisions?replica=y'))).toEqual(['a', 'b']);
    expect(idsOf(await ask('/admin/decisions?request=a'))).toEqual(['a', 'a']);
    expect(idsOf(await ask('/admin/decisions?request=a&replica=x'))).toEqual(['a']);
    expect(idsOf(await ask('/admin/decisions?request=c'))).toEqual([]);
  });
});

describe('/admin/decisions/{request id}', () => {
  it('tells every decision on it, the first one first, each with its receipt', async () => {
    const { status, body } = await anApp(['a', 'x'], ['b', 'y'], ['a', 'y'])('/admin/decisions/a');

    expect(status).toBe(200);
    expect(body.decisions).toMatchObject([
      { decision: 1, replica: 'x', candidates: [{ replica: 'one' }, { replica: 'x' }] },
      { decision: 2, replica: 'y', dropped: [{ filter: 'head-room' }, { filter: 'ready' }] },
    ]);
  });

  it('says of an unknown one how far it remembers', async () => {
    const { status, body } = await anApp(['a', 'x'])('/admin/decisions/b');

    expect(status).toBe(404);
    expect(body.error).toEqual({
      code: 'not_found',
      message: 'No decision on b is among the last 1.',
    });
  });
});

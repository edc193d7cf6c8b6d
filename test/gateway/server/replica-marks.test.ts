import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';

import { mountReplicaMarks } from '../../../gateway/server/replica-marks.ts';

function anApp() {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const marked: string[] = [];
  const mark = (what: string) => (id: string) => {
    marked.push(`${what} ${id}`);
    return id === '127.0.0.1:30000';
  };
  mountReplicaMarks(app, { drain: mark('drain'), undrain: mark('undrain') });
  return { app, marked };
}

describe('the marks of replicas', () => {
  it.each(['drain', 'undrain'])('are set by POST …/%s, by the id of the replica', async (mark) => {
    const { app, marked } = anApp();
    const answer = await app.request(`/admin/replicas/127.0.0.1%3A30000/${mark}`, {
      method: 'POST',
    });
    expect(answer.status).toBe(200);
    await expect(answer.json()).resolves.toEqual({ replica: '127.0.0.1:30000', mark });
    expect(marked).toEqual([`${mark} 127.0.0.1:30000`]);
  });

  it('are not set by GET', async () => {
    const { app, marked } = anApp();
    expect((await app.request('/admin/replicas/a/drain')).status).toBe(404);
    expect(marked).toEqual([]);
  });

  it('of a replica that is not there are refused, with where the names stand', async () => {
    const { app } = anApp();
    const answer = await app.request('/admin/replicas/a/drain', { method: 'POST' });
    expect(answer.status).toBe(404);
    await expect(answer.json()).resolves.toEqual({
      error: {
        code: 'not_found',
        message: 'There is no replica a: GET /admin/replicas lists them.',
      },
    });
  });
});

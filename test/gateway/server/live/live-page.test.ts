import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { mountLivePage, PAGE_POLICY } from '../../../../gateway/server/live/live-page.ts';

function anApp() {
  const app = new Hono<{ Bindings: HttpBindings }>();
  mountLivePage(app);
  return app;
}

describe('the live page', () => {
  it('is one page with its modules and its style', async () => {
    const app = anApp();
    const page = await app.request('/admin/ui');

    expect(await page.text()).toContain('<script type="module" src="ui/main"></script>');
    for (const path of ['main', 'style.css', 'model/rhythm.ts']) {
      expect((await app.request(`/admin/ui/${path}`)).status).toBe(200);
    }
    expect((await app.request('/admin/ui/none.js')).status).toBe(404);
  });

  it('stands where its own links lead, whoever writes a stroke too much', async () => {
    const answer = await anApp().request('/admin/ui/');

    expect([answer.status, answer.headers.get('location')]).toEqual([308, '../ui']);
  });

  it.each(['/', '/admin', '/admin/'])('is what %s leads to', async (path) => {
    const { status, headers } = await anApp().request(path);
    const { pathname } = new URL(headers.get('location') ?? '', `http://localhost${path}`);

    expect([status, pathname]).toEqual([302, '/admin/ui']);
  });

  it('may run its own modules, call its own gateway, and nothing else', async () => {
    const { headers } = await anApp().request('/admin/ui');

    expect(headers.get('content-security-policy')).toBe(PAGE_POLICY);
    expect(PAGE_POLICY).toContain("default-src 'none'");
    expect(PAGE_POLICY).not.toMatch(/unsafe|\*|https?:/u);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });
});

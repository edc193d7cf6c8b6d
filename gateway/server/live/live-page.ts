import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';

import { PageFiles } from './page-files.ts';

/**
 * What the page may do: its own modules and style, calls to its own origin, and nothing else. No text becomes markup
 * either: whatever stands in a request id or a tenant's name stays text.
 */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const headers: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // The files are those of the gateway that answers: another version has others.
  'cache-control': 'no-cache',
};

/**
 * Mounts `/admin/ui`, for everybody: the page holds no data, and a browser that opens one can send no key. `/` and
 * `/admin` lead to it.
 */
export function mountLivePage(app: Hono<{ Bindings: HttpBindings }>): void {
  const files = new PageFiles();
  app.get('/', (context) => context.redirect('admin/ui'));
  app.get('/admin', (context) => context.redirect('admin/ui'));
  app.get('/admin/', (context) => context.redirect('ui'));
  app.get('/admin/ui', () => answer(files, 'index.html'));
  app.get('/admin/ui/', (context) => context.redirect('../ui', 308));
  app.get('/admin/ui/:path{.+}', (context, next) => {
    const path = context.req.param('path');
    return files.find(path) === undefined ? next() : Promise.resolve(answer(files, path));
  });
}

function answer(files: PageFiles, path: string): Response {
  const file = files.find(path);
  if (file === undefined) throw new Error(`the live page has no ${path}`);
  return new Response(file.body, { headers: { ...headers, 'content-type': file.contentType } });
}

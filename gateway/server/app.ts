import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import { Hono } from 'hono';

import { commonDialect } from '../dialects/catalog.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { GatewayError } from '../generation/error.ts';
import { modelNotFound } from '../pipeline/no-place.ts';
import type { EngineCalls } from './engine-calls.ts';
import { ENGINE_INFO_PATHS } from './engine-calls.ts';
import type { ModelList } from './model-list.ts';
import type { Readiness } from './readiness.ts';
import type { ReceiveParts } from './receive.ts';
import { receive } from './receive.ts';
import { requestIdOf } from './request-id.ts';

/** What the data port answers with, read anew for each request: a reload puts other parts in place. */
export interface AppParts {
  readonly receive: ReceiveParts;
  readonly dialects: readonly Dialect[];
  readonly models: ModelList;
  readonly readiness: Readiness;
  readonly engineCalls: EngineCalls;
}

type AppContext = Context<{ Bindings: HttpBindings }>;

/** The data port: which path is answered by what. */
export function createApp(parts: AppParts): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  for (const dialect of parts.dialects) mountDialect(app, dialect, parts);
  mountHealth(app, parts.readiness);
  mountModels(app, parts);
  mountEngineCalls(app, parts);
  app.notFound((context) => {
    const message = `There is no ${context.req.method} ${context.req.path} here.`;
    return answerError(context, new GatewayError('not_found', message));
  });
  app.onError((error, context) => {
    if (error instanceof GatewayError) return answerError(context, error);
    parts.receive.pipeline.reportBug(error, 'none');
    return answerError(context, new GatewayError('internal', 'The gateway failed.'));
  });
  return app;
}

/** The hot routes write to Node's own response: a web `Response` costs twice as much a token. */
function mountDialect(
  app: Hono<{ Bindings: HttpBindings }>,
  dialect: Dialect,
  parts: AppParts,
): void {
  for (const path of dialect.paths.keys()) {
    app.post(path, (context) => {
      const { incoming, outgoing } = context.env;
      // Never rejects: the pipeline ends every request itself.
      void receive(incoming, outgoing, dialect, path, parts.receive);
      return RESPONSE_ALREADY_SENT;
    });
    app.all(path, (context) => {
      const message = `${path} takes POST, not ${context.req.method}.`;
      const answer = answerError(context, new GatewayError('method_not_allowed', message));
      answer.headers.set('allow', 'POST');
      return answer;
    });
  }
}

function mountHealth(app: Hono<{ Bindings: HttpBindings }>, readiness: Readiness): void {
  app.get('/health', (context) => context.json({ status: 'alive' }));
  app.get('/ready', (context) => {
    const report = readiness.report();
    return context.json(report, report.ready ? 200 : 503);
  });
}

function mountModels(app: Hono<{ Bindings: HttpBindings }>, parts: AppParts): void {
  app.get('/v1/models', (context) => {
    checkKey(context, parts);
    return context.json({ object: 'list', data: parts.models.all() });
  });
  app.get('/v1/models/:id{.+}', (context) => {
    checkKey(context, parts);
    const id = context.req.param('id');
    const model = parts.models.find(id);
    if (model !== undefined) return context.json(model);
    throw modelNotFound(id);
  });
}

/** What benchmark clients ask an engine before a run. */
function mountEngineCalls(app: Hono<{ Bindings: HttpBindings }>, parts: AppParts): void {
  for (const path of ENGINE_INFO_PATHS) {
    app.get(path, async (context) => {
      checkKey(context, parts);
      const { status, contentType, body } = await parts.engineCalls.info(path);
      return new Response(body, { status, headers: { 'content-type': contentType } });
    });
  }
  app.on(['GET', 'POST'], '/flush_cache', async (context) => {
    parts.engineCalls.checkMayFlush(context.env.incoming);
    return context.json(await parts.engineCalls.flushCaches());
  });
}

/** Throws `unauthenticated`. */
function checkKey(context: AppContext, { receive: { authenticator } }: AppParts): void {
  authenticator.tenantOf(context.req.header('authorization'));
}

function answerError(context: AppContext, error: GatewayError): Response {
  const requestId = requestIdOf(context.req.header('x-request-id'), () => crypto.randomUUID());
  const { status, body } = commonDialect.encodeError(error, requestId);
  const headers = new Headers({ 'content-type': 'application/json', 'x-request-id': requestId });
  // A body that nobody reads is not waited for.
  if (!isRead(context)) headers.set('connection', 'close');
  return new Response(body, { status, headers });
}

/** Hono's own requests, without a socket, have nothing to read. */
function isRead({ env }: AppContext): boolean {
  const incoming = (env as Partial<HttpBindings> | undefined)?.incoming;
  return incoming === undefined || incoming.complete;
}

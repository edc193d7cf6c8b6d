import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { Hono } from 'hono';

import type { Fleet } from '../../routing/fleet.ts';
import type { GpuReadings, Telemetry } from '../../telemetry/telemetry.ts';
import type { OpenRequests } from '../pipeline/open-requests.ts';
import type { ReloadReport } from '../reloader.ts';
import type { QuotaStore } from '../quota/quota-store.ts';
import type { DecisionsParts } from './decisions.ts';
import { mountDecisions } from './decisions.ts';
import { foreignPage } from './foreign-page.ts';
import type { KeyCheck } from './key-check.ts';
import type { HouseView } from './live/house-view.ts';
import type { LiveFeed } from './live/live-feed.ts';
import { mountLivePage } from './live/live-page.ts';
import { mountLive } from './live/live-routes.ts';
import type { ReplicaStanding } from './live/page/model/live-events.ts';
import type { HouseState } from './live/page/model/request-page.ts';
import { quietestRequests } from './live/request-page.ts';
import { TOLD_MAX } from './live/request-sample.ts';
import type { ReplicaMarks } from './replica-marks.ts';
import { mountReplicaMarks } from './replica-marks.ts';
import type { Readiness } from './readiness.ts';

/** What the admin port answers with; the key is read anew for each request. */
export interface AdminParts extends DecisionsParts {
  readonly fleet: Fleet;
  readonly open: OpenRequests;
  readonly view: HouseView;
  readonly feed: LiveFeed;
  readonly readiness: Readiness;
  readonly telemetry: Telemetry;
  readonly quotas: QuotaStore;
  readonly reload: () => Promise<ReloadReport>;
  /** Marks replicas for who takes them down, and knows their GPUs. */
  readonly engines: ReplicaMarks & { gpuReadings(): GpuReadings };
  /** Checks the admin key; lets everybody in where none is set up. */
  readonly adminKey: KeyCheck;
}

/** The admin port: metrics for a scraper, the fleet and the queue for the person with the pager. */
export function createAdminApp(parts: AdminParts): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get('/health', (context) => context.json({ status: 'alive' }));
  app.get('/ready', (context) => {
    const report = parts.readiness.report();
    return context.json(report, report.ready ? 200 : 503);
  });
  app.get('/metrics', async (context) => {
    const { contentType, body } = await parts.telemetry.scrape(context.req.header('accept'));
    return new Response(body, { headers: { 'content-type': contentType } });
  });
  app.use('/admin/*', async (context, next) => {
    const { req } = context;
    const sign = parts.adminKey.isSet
      ? undefined
      : foreignPage(req.method, (name) => req.header(name));
    if (sign === undefined) return next();
    const message =
      `Without an admin key this port answers no web page but its own, and ${sign}: ` +
      'ask it by its address or as localhost, or set admin.keySha256.';
    return context.json({ error: { code: 'forbidden', message } }, 403);
  });
  mountLivePage(app);
  app.use('/admin/*', async (context, next) => {
    if (parts.adminKey.accepts(context.req.header('authorization'))) return next();
    return context.json(
      { error: { code: 'unauthenticated', message: 'The admin key is needed.' } },
      401,
    );
  });
  app.get('/admin/state', (context) => answerState(context, parts));
  app.get('/admin/replicas', (context) => context.json(describeReplicas(parts)));
  app.post('/admin/reload', async (context) => {
    const report = await parts.reload();
    if (report.kind === 'taken') return context.json(report);
    const message = `The settings cannot be used; the last good ones stay: ${report.problems.join('; ')}`;
    return context.json({ error: { code: 'invalid_settings', message } }, 400);
  });
  mountReplicaMarks(app, parts.engines);
  mountDecisions(app, parts);
  mountLive(app, parts);
  app.notFound((context) => {
    const message = `There is no ${context.req.method} ${context.req.path} on the admin port.`;
    return context.json({ error: { code: 'not_found', message } }, 404);
  });
  return app;
}

/** Requests that a state lists where the caller names no number. */
const LISTED_DEFAULT = 100;

function answerState(context: Context, parts: AdminParts): Response {
  const text = context.req.query('requests') ?? String(LISTED_DEFAULT);
  const limit = Number(text);
  if (/^\d+$/u.test(text) && limit <= TOLD_MAX) return context.json(describeState(parts, limit));
  const message = `requests=${text} must be a whole number from 0 to ${TOLD_MAX}.`;
  return context.json({ error: { code: 'invalid_request', message } }, 400);
}

function describeState(parts: AdminParts, requestsMax: number): HouseState {
  const standing = parts.view.standing();
  const state = {
    ...standing,
    quotas: describeQuotas(parts),
    replicas: describeReplicas(parts, standing),
    gpus: describeGpus(parts),
    requests: quietestRequests(parts.open.values(), requestsMax, parts.clock.nowMs()),
  };
  return state;
}

/** Where each tenant that has a quota stands. */
function describeQuotas({ quotas, clock }: AdminParts): readonly object[] {
  return quotas.standings(clock.nowMs()).map(({ tenant, standing }) => ({ tenant, ...standing }));
}

/** Each replica: what it is, what it says of itself and how old that is, and what we have there. */
function describeReplicas(
  { fleet, view, clock }: AdminParts,
  { replicas } = view.standing(),
): readonly ReplicaStanding[] {
  const candidates = fleet.candidates(clock.nowMs());
  return replicas.map((standing, index) => {
    const { replica, load } = candidates[index] ?? {};
    const word = standing.load && { ...load, ...standing.load, takenAtMs: undefined };
    return { ...replica, ...standing, load: word };
  });
}

/** Each GPU that a replica may be on: how it is, and why. */
function describeGpus({ engines }: AdminParts): readonly object[] {
  return engines.gpuReadings().gpus.map(({ index, uuid, numaNode, replicas, verdict }) => ({
    gpu: index,
    uuid,
    numaNode: numaNode ?? null,
    replicas,
    state: verdict.state,
    findings: verdict.findings.map(({ words }) => words),
  }));
}

import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';

import type { Fleet } from '../../routing/fleet.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Dispatcher } from '../pipeline/dispatcher.ts';
import type { ReloadReport } from '../reloader.ts';
import type { QuotaStore } from '../quota/quota-store.ts';
import type { DecisionsParts } from './decisions.ts';
import { mountDecisions } from './decisions.ts';
import type { Doorkeeper } from './doorkeeper.ts';
import type { KeyCheck } from './key-check.ts';
import type { ReplicaMarks } from './replica-marks.ts';
import { mountReplicaMarks } from './replica-marks.ts';
import type { Readiness } from './readiness.ts';

/** What the admin port answers with; the last three are read anew for each request. */
export interface AdminParts extends DecisionsParts {
  readonly fleet: Fleet;
  readonly dispatcher: Dispatcher;
  readonly doorkeeper: Doorkeeper;
  readonly readiness: Readiness;
  readonly telemetry: Telemetry;
  readonly quotas: QuotaStore;
  readonly reload: () => Promise<ReloadReport>;
  /** Marks replicas for who takes them down. */
  readonly engines: ReplicaMarks;
  readonly policy: string;
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
    if (parts.adminKey.accepts(context.req.header('authorization'))) return next();
    return context.json(
      { error: { code: 'unauthenticated', message: 'The admin key is needed.' } },
      401,
    );
  });
  app.get('/admin/state', (context) => context.json(describeState(parts)));
  app.get('/admin/replicas', (context) => context.json(describeReplicas(parts)));
  app.post('/admin/reload', async (context) => {
    const report = await parts.reload();
    if (report.kind === 'taken') return context.json(report);
    const message = `The settings cannot be used; the last good ones stay: ${report.problems.join('; ')}`;
    return context.json({ error: { code: 'invalid_settings', message } }, 400);
  });
  mountReplicaMarks(app, parts.engines);
  mountDecisions(app, parts);
  app.notFound((context) => {
    const message = `There is no ${context.req.method} ${context.req.path} on the admin port.`;
    return context.json({ error: { code: 'not_found', message } }, 404);
  });
  return app;
}

function describeState(parts: AdminParts): object {
  return {
    policy: parts.policy,
    draining: parts.doorkeeper.isLeaving,
    openRequests: parts.doorkeeper.inside,
    waitingRequests: parts.dispatcher.waitingRequests,
    quotas: describeQuotas(parts),
    replicas: describeReplicas(parts),
  };
}

/** Where each tenant that has a quota stands. */
function describeQuotas({ quotas, clock }: AdminParts): readonly object[] {
  return quotas.standings(clock.nowMs()).map(({ tenant, standing }) => ({ tenant, ...standing }));
}

/** Each replica: what it is, what it says of itself and how old that is, and what we have there. */
function describeReplicas({ fleet, clock }: AdminParts): readonly object[] {
  return fleet
    .candidates(clock.nowMs())
    .map(({ replica, state, isQuiet, load, loadAgeMs, inFlight }) => ({
      ...replica,
      kvCapacityTokens: replica.kvCapacityTokens ?? null,
      state,
      isQuiet,
      load:
        load === undefined ? null : { ...load, takenAtMs: undefined, ageMs: Math.round(loadAgeMs) },
      inFlight: {
        requests: inFlight.requests,
        prefillTokens: inFlight.prefillTokens,
        kvTokens: inFlight.kvTokens,
        kvTokensPeak: inFlight.kvTokensPeak,
      },
    }));
}

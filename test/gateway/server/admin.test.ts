import { describe, expect, it } from 'vitest';

import { DecisionLog } from '../../../gateway/pipeline/decision-log.ts';
import { Dispatcher } from '../../../gateway/pipeline/dispatcher.ts';
import { MemoryQuotas } from '../../../gateway/quota/memory-quotas.ts';
import type { ReloadReport } from '../../../gateway/reloader.ts';
import { createAdminApp } from '../../../gateway/server/admin.ts';
import { OpenRequests } from '../../../gateway/pipeline/open-requests.ts';
import { Doorkeeper } from '../../../gateway/server/doorkeeper.ts';
import { hashKey, KeyCheck } from '../../../gateway/server/key-check.ts';
import { HouseView } from '../../../gateway/server/live/house-view.ts';
import { LiveFeed } from '../../../gateway/server/live/live-feed.ts';
import { Readiness } from '../../../gateway/server/readiness.ts';
import { Admission } from '../../../routing/admission.ts';
import { Fleet } from '../../../routing/fleet.ts';
import { createPolicy, defaultGoodService } from '../../../routing/policies/catalog.ts';
import { Router } from '../../../routing/router.ts';
import { startTelemetry } from '../../../telemetry/telemetry.ts';
import { aLoad, aReplica } from '../../support/builders.ts';
import { aSickGpu } from '../../support/gpu-readings.ts';
import { anExchange } from '../../support/exchange.ts';

const clock = { nowMs: () => 1_000, after: () => () => undefined };

const nothingChanged: ReloadReport = { kind: 'taken', changed: [], needRestart: [] };

async function anAdminApp(
  adminKey = new KeyCheck(undefined),
  report: ReloadReport = nothingChanged,
) {
  const fleet = new Fleet();
  fleet.join(aReplica({ id: 'r0', kvCapacityTokens: 500 }));
  fleet.setState('r0', 'ready');
  fleet.observeLoad('r0', aLoad({ takenAtMs: 960, runningRequests: 2 }));
  fleet.reserve('r0', { promptTokens: 7, expectedOutputTokens: 3, nowMs: 990 });
  const doorkeeper = new Doorkeeper(10);
  doorkeeper.enter({ turnOut: () => undefined });
  const limits = { mode: 'late-binding', waitingRequestsMax: 1, waitingMsMax: 1 } as const;
  const dispatcher = new Dispatcher({
    fleet,
    clock,
    router: new Router(createPolicy('kv-aware', { random: () => 0 })),
    admission: new Admission(limits),
  });
  const open = new OpenRequests();
  open.enter(anExchange({ requestId: 'early', receivedMs: 100 }));
  open.enter(anExchange({ requestId: 'late', receivedMs: 900 }));
  const wallMs = () => 0;
  const rooms = { fleet, open, dispatcher, doorkeeper, clock, wallMs };
  const view = new HouseView({ ...rooms, version: '1', policyOf: () => 'kv-aware' });
  return createAdminApp({
    fleet,
    open,
    view,
    feed: new LiveFeed({ open, view, clock, wallMs }),
    readiness: new Readiness(fleet, doorkeeper),
    telemetry: await startTelemetry({
      serviceName: 'test',
      version: '0',
      instanceId: 'i',
      good: defaultGoodService,
      sampleRatio: 0,
      log: { level: 'silent', destination: 2 },
      clock: { ...clock, wallMs: () => 0 },
      random: () => 0,
    }),
    clock,
    quotas: new MemoryQuotas([{ name: 'red', requestsPerMinute: 60 }, { name: 'blue' }]),
    decisions: new DecisionLog(),
    wallMs,
    reload: () => Promise.resolve(report),
    engines: {
      drain: (id) => id === 'r0',
      undrain: (id) => id === 'r0',
      gpuReadings: () => ({ gpus: [aSickGpu({ replicas: ['r0'] })], ageMs: 5 }),
    },
    adminKey,
  });
}

describe('the admin port', () => {
  it('shows the queue and each replica: its word, how old that is, and what we have there', async () => {
    const app = await anAdminApp();
    const state: unknown = await (await app.request('/admin/state')).json();
    expect(state).toMatchObject({
      policy: 'kv-aware',
      draining: false,
      openRequests: 1,
      waitingRequests: 0,
      quotas: [{ tenant: 'red', requests: { limit: 60, used: 0, remaining: 60, resetMs: 0 } }],
      replicas: [
        {
          id: 'r0',
          state: 'ready',
          stateReason: null,
          kvCapacityTokens: 500,
          load: { runningRequests: 2, ageMs: 40 },
          inFlight: { requests: 1, prefillTokens: 7 },
        },
      ],
      gpus: [
        {
          gpu: 3,
          uuid: 'GPU-3',
          numaNode: 1,
          replicas: ['r0'],
          state: 'sick',
          findings: [
            'its memory has 2 more errors',
            'XID 79: the GPU has fallen off the bus',
            'XID 119: it does not answer',
          ],
        },
      ],
    });
    const replicas: unknown = await (await app.request('/admin/replicas')).json();
    expect(replicas).toMatchObject([{ id: 'r0' }]);
  });

  it('reloads the settings for whoever has its key, and says what came of it', async () => {
    const key = new KeyCheck(hashKey('admin').toString('hex'));
    const authorization = { authorization: 'Bearer admin' };
    const reload = async (
      report: ReloadReport,
      headers: Readonly<Record<string, string>> = authorization,
    ): Promise<Response> =>
      (await anAdminApp(key, report)).request('/admin/reload', { method: 'POST', headers });

    const taken: ReloadReport = { kind: 'taken', changed: ['keys'], needRestart: ['listen.port'] };
    expect(await (await reload(taken)).json()).toEqual(taken);
    const refused = await reload({ kind: 'refused', problems: ['a:1: wrong', 'a:2: wrong'] });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({
      error: {
        code: 'invalid_settings',
        message: 'The settings cannot be used; the last good ones stay: a:1: wrong; a:2: wrong',
      },
    });
    expect((await reload(taken, {})).status).toBe(401);
  });

  it('gives metrics in the format that is asked for', async () => {
    const app = await anAdminApp();
    const plain = await app.request('/metrics');
    expect(plain.headers.get('content-type')).toContain('text/plain');
    expect(await plain.text()).toContain('gateway_open_requests');
    const open = await app.request('/metrics', {
      headers: { accept: 'application/openmetrics-text; version=1.0.0' },
    });
    expect(open.headers.get('content-type')).toContain('application/openmetrics-text');
  });

  it('asks for the admin key before it shows the fleet, not before health and metrics', async () => {
    const app = await anAdminApp(new KeyCheck(hashKey('admin').toString('hex')));
    const status = async (path: string, authorization = '') =>
      (await app.request(path, { headers: { authorization } })).status;
    expect(await status('/admin/state')).toBe(401);
    expect(await status('/admin/replicas', 'Bearer other')).toBe(401);
    expect(await status('/admin/state', 'Bearer admin')).toBe(200);
    expect(await status('/health')).toBe(200);
    expect(await status('/ready')).toBe(200);
    expect(await status('/metrics')).toBe(200);
  });

  it('answers no page of elsewhere while it has no key, but whoever scrapes it or sees whether it lives', async () => {
    const open = await anAdminApp();
    const locked = await anAdminApp(new KeyCheck(hashKey('admin').toString('hex')));
    const host = { host: 'evil.example', authorization: 'Bearer admin' };
    const status = async (app: typeof open, path: string, headers: Record<string, string> = host) =>
      (await app.request(path, { method: 'GET', headers })).status;

    const drain = '/admin/replicas/r0/drain';
    const answer = await open.request(drain, {
      method: 'POST',
      headers: { origin: 'http://evil.example', host: '127.0.0.1:9080' },
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toEqual({
      error: {
        code: 'forbidden',
        message:
          'Without an admin key this port answers no web page but its own, and a page of http://evil.example sent it: ' +
          'ask it by its address or as localhost, or set admin.keySha256.',
      },
    });
    expect((await open.request(drain, { method: 'POST' })).status).toBe(200);
    for (const path of ['/admin/state', '/admin/ui', '/admin/requests/early']) {
      expect(await status(open, path)).toBe(403);
      expect(await status(locked, path)).toBe(200);
      expect(await status(open, path, { host: '127.0.0.1:9080' })).toBe(200);
    }
    for (const path of ['/metrics', '/health', '/ready']) {
      expect(await status(open, path)).toBe(200);
    }
  });

  it('knows nothing else', async () => {
    const answer = await (await anAdminApp()).request('/v1/models');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: 'not_found' } });
  });
});

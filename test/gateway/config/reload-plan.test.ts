import { describe, expect, it } from 'vitest';

import { readConfig } from '../../../gateway/config.ts';
import { planReload } from '../../../gateway/config/reload-plan.ts';
import type { Config } from '../../../gateway/config/settings.ts';

function aConfig(tree: object = {}): Config {
  return readConfig({ file: { name: 'test', text: JSON.stringify(tree) }, environment: {} });
}

const key = { sha256: 'a'.repeat(64), tenant: 'red' };

describe('a reload', () => {
  it('of the same settings changes nothing', () => {
    const plan = planReload(aConfig({ keys: [key] }), aConfig({ keys: [key] }));

    expect(plan).toEqual({ config: aConfig({ keys: [key] }), changed: [], needRestart: [] });
  });

  it.each([
    ['replicas', { replicas: [{ url: 'http://a:1' }] }, ['replicas']],
    ['keys and tenants', { keys: [key], tenants: [{ name: 'red' }] }, ['keys', 'tenants']],
    ['models', { models: { aliases: { a: 'b' } } }, ['models.aliases']],
    [
      'limits',
      { limits: { bodyBytesMax: 2_048, choicesMax: 2 } },
      ['limits.bodyBytesMax', 'limits.choicesMax'],
    ],
    ['time limits', { timeouts: { firstByteMs: 5 } }, ['timeouts.firstByteMs']],
    [
      'routing',
      { routing: { policy: 'round-robin', shadow: 'kv-aware' } },
      ['routing.policy', 'routing.shadow'],
    ],
    ['the admin key', { admin: { keySha256: 'b'.repeat(64) } }, ['admin.keySha256']],
    ['the shutdown', { shutdown: { drainMs: 1 } }, ['shutdown.drainMs']],
  ])('changes %s, there and back', (_what, tree, names) => {
    const there = planReload(aConfig(), aConfig(tree));
    const back = planReload(aConfig(tree), aConfig());

    expect({ ...there, changed: there.changed.toSorted() }).toEqual({
      config: aConfig(tree),
      changed: names.toSorted(),
      needRestart: [],
    });
    expect(back.config).toEqual(aConfig());
    expect(back.changed.toSorted()).toEqual(names.toSorted());
  });

  it.each([
    ['listen.port', { listen: { port: 1 } }],
    ['listen.tls', { listen: { tls: { certFile: 'a', keyFile: 'b' } } }],
    ['admin.port', { admin: { port: 1 } }],
    ['admission.mode', { admission: { mode: 'pass-through' } }],
    ['limits.headBytesMax', { limits: { headBytesMax: 2_048 } }],
    ['timeouts.connectMs', { timeouts: { connectMs: 1 } }],
    ['routing.goodFirstTokenMs', { routing: { goodFirstTokenMs: 1 } }],
    ['discovery.loadIntervalMs', { discovery: { loadIntervalMs: 10 } }],
    ['telemetry.logLevel', { telemetry: { logLevel: 'debug' } }],
  ])('leaves %s as it is and says that it needs a restart', (name, tree) => {
    expect(planReload(aConfig(), aConfig({ ...tree, keys: [key] }))).toEqual({
      config: aConfig({ keys: [key] }),
      changed: ['keys'],
      needRestart: [name],
    });
  });

  it('is refused where what it changes cannot be meant with what stays', () => {
    const running = aConfig({ listen: { host: '0.0.0.0' }, keys: [key] });
    const given = aConfig({ listen: { host: '127.0.0.1' } });

    expect(() => planReload(running, given)).toThrow(
      /^listen\.host: other machines reach 0\.0\.0\.0, .*; listen\.host need a restart first$/,
    );
  });
});

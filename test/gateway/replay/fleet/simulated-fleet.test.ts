import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../../gateway/config.ts';
import { waitingClock } from '../../../../gateway/cli/waiting-clock.ts';
import {
  gatewayConfig,
  startSimulatedFleet,
} from '../../../../gateway/replay/fleet/simulated-fleet.ts';
import { openTextClient } from '../../../../gateway/wire/text-client.ts';
import { aFleet, presetNamed } from '../builders.ts';

const replicas = [0, 1].map((index) => ({
  id: `replica-${index}`,
  url: `http://127.0.0.1:${30_000 + index}`,
  adminUrl: `http://127.0.0.1:${31_000 + index}`,
}));

describe('the settings of a fleet’s gateway', () => {
  const text = JSON.stringify(gatewayConfig(aFleet({ policy: 'round-robin' }), replicas));
  const config = readConfig({ file: { name: 'fleet', text }, environment: {} });

  it('are settings that the gateway takes', () => {
    expect(config.listen.port).toBe(0);
    expect(config.admin.port).toBe(0);
    expect(config.routing.policy).toBe('round-robin');
    expect(config.admission.mode).toBe('late-binding');
  });

  it('tell what SGLang 0.2.14 does not tell of itself', () => {
    expect(config.replicas).toMatchObject([
      { id: 'replica-0', url: 'http://127.0.0.1:30000', kvCapacityTokens: 596_924 },
      { id: 'replica-1', url: 'http://127.0.0.1:30001', contextTokensMax: 8192 },
    ]);
  });

  it('let a thousand requests wait for as long as the published run takes', () => {
    expect(config.admission.waitingRequestsMax).toBeGreaterThanOrEqual(1000);
    expect(config.admission.waitingMsMax).toBeGreaterThan(430_000);
  });

  it('write no line a request', () => {
    expect(config.telemetry.logLevel).toBe('warn');
  });
});

describe('a fleet that does not come up', () => {
  it('is an error that says why, and leaves no process', async () => {
    const listeners = process.listenerCount('exit');
    const unknown = { ...presetNamed('sglang-0.2.14-4xh100-tp4'), name: 'nonsense' };
    const presets = [presetNamed('sglang-0.2.14-4xh100-tp4'), unknown];
    const textClient = openTextClient({ connectMs: 1000, bodyBytesMax: 1000 });
    const { fetchText } = textClient;

    const starting = startSimulatedFleet(aFleet({ presets }), { fetchText, clock: waitingClock });

    await expect(starting).rejects.toThrow(
      'the replica-1 ended before it listened:\ngateway: option',
    );
    expect(process.listenerCount('exit')).toBe(listeners);
    await textClient.close();
  });
});

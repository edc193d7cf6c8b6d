import { describe, expect, it } from 'vitest';
import { Exposition } from '../../telemetry/exposition.ts';
import type { ShadowReading } from '../../telemetry/recorder.ts';
import { ShadowMetrics } from '../../telemetry/shadow-metrics.ts';
import { aRecord, aRoute } from '../support/records.ts';

function pageOf(...shadows: readonly (ShadowReading | undefined)[]): string {
  const metrics = new ShadowMetrics();
  for (const shadow of shadows) {
    const record = aRecord();
    record.routes.push(aRoute({ shadow }));
    metrics.observe(record);
  }
  const page = new Exposition('prometheus');
  metrics.expose(page);
  return page.text();
}

const reading: ShadowReading = {
  actingPolicy: 'kv-aware',
  shadowPolicy: 'least-requests',
  agrees: false,
  costs: [
    { judge: 'kv-aware', actingSeconds: 0.5, shadowSeconds: 0.75 },
    { judge: 'least-requests', actingSeconds: 4, shadowSeconds: 3 },
  ],
};

describe('the metrics of a shadow policy', () => {
  it('are not there where there is none', () => {
    expect(pageOf(undefined)).toBe('');
  });

  it('count how often it agrees', () => {
    const page = pageOf(reading, reading, { ...reading, agrees: true });

    expect(page).toContain(
      'gateway_shadow_decisions_total{policy="least-requests",agrees="false"} 2',
    );
    expect(page).toContain(
      'gateway_shadow_decisions_total{policy="least-requests",agrees="true"} 1',
    );
  });

  it('sum what each pick costs, as each policy judges it', () => {
    const page = pageOf(reading, reading);

    for (const line of [
      '{policy="kv-aware",judge="kv-aware"} 1',
      '{policy="least-requests",judge="kv-aware"} 1.5',
      '{policy="kv-aware",judge="least-requests"} 8',
      '{policy="least-requests",judge="least-requests"} 6',
    ]) {
      expect(page).toContain(`gateway_shadow_cost_seconds_total${line}`);
    }
  });

  it('count every decision on a request, its retries too', () => {
    const metrics = new ShadowMetrics();
    const record = aRecord();
    record.routes.push(aRoute({ shadow: reading }), aRoute({ shadow: reading }));
    metrics.observe(record);
    const page = new Exposition('prometheus');
    metrics.expose(page);

    expect(page.text()).toContain('agrees="false"} 2');
  });
});

import { describe, expect, it } from 'vitest';
import { Exposition } from '../../telemetry/exposition.ts';
import { OverheadMetrics } from '../../telemetry/overhead-metrics.ts';
import { metrics } from '../../telemetry/semconv.ts';
import { valueOn } from '../support/metrics-page.ts';
import { aDestination, aRecord } from '../support/records.ts';

const { name } = metrics.overhead;

/** A request that came at 1,000 ms, was read by 1,002 and asked for a place at 1,003. */
function aRead() {
  const record = aRecord();
  record.bodyAtMs = 1002;
  record.askedAtMs = 1003;
  return record;
}

function pageOf(record: ReturnType<typeof aRecord>): string {
  const overhead = new OverheadMetrics();
  overhead.observe(record, 1080);
  const page = new Exposition('prometheus');
  overhead.expose(page);
  return page.text();
}

describe('what the gateway takes of a request', () => {
  it('is told part by part, in seconds', () => {
    const record = aRead();
    record.queueWaitMs = 0;
    record.attempt(aDestination({ startMs: 1003.5 })).end(1078);

    const page = pageOf(record);
    const sum = (part: string): number | undefined => valueOn(page, `${name}_sum{part="${part}"}`);
    expect(sum('read')).toBeCloseTo(0.002, 9);
    expect(sum('prepare')).toBeCloseTo(0.001, 9);
    expect(sum('decide')).toBeCloseTo(0.0005, 9);
    expect(sum('settle')).toBeCloseTo(0.002, 9);
  });

  it('has no decision of its own where it waited for a place', () => {
    const record = aRead();
    record.queueWaitMs = 4;
    record.attempt(aDestination({ startMs: 1007 })).end(1078);

    expect(pageOf(record)).not.toContain('part="decide"');
  });

  it('settles after the last attempt', () => {
    const record = aRead();
    record.attempt(aDestination()).end(1010, 'engine_failed');
    record.attempt(aDestination()).end(1079);

    expect(valueOn(pageOf(record), `${name}_sum{part="settle"}`)).toBeCloseTo(0.001, 9);
  });

  it('ends where the request ended: at the door, or without a place', () => {
    expect(pageOf(aRecord())).toBe('');
    expect(pageOf(aRead())).not.toContain('part="settle"');
    expect(pageOf(aRead())).toContain('part="prepare"');
  });
});

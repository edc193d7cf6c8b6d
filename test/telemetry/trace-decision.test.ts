import { describe, expect, it } from 'vitest';
import { traceDecision } from '../../telemetry/trace-decision.ts';
import { aDestination, aRecord, aTrace } from '../support/records.ts';

const unsampled = aTrace({ sampled: false });
const ofACaller = aTrace({ parentSpanId: '00f067aa0ba902b7' });

describe('the spans of a request', () => {
  it.each(['late', 'slow'] as const)('are kept where it was %s, asked for or not', (service) => {
    expect(traceDecision(aRecord({ trace: unsampled }), service)).toBe('slow');
    expect(traceDecision(aRecord({ trace: ofACaller }), service)).toBe('slow');
  });

  it('are kept where it failed', () => {
    expect(traceDecision(aRecord({ trace: unsampled }), 'failed')).toBe('failed');
  });

  it('are kept where another attempt had to make good the first one', () => {
    const record = aRecord({ trace: unsampled });
    record.attempt(aDestination()).end(1010, 'engine_unreachable');
    expect(traceDecision(record, 'good')).toBe('passed_over');
    record.attempt(aDestination()).end(1070);

    expect(traceDecision(record, 'good')).toBe('failed');
  });

  it('are kept where the caller asked for them, or the draw fell on them', () => {
    expect(traceDecision(aRecord({ trace: ofACaller }), 'good')).toBe('asked');
    expect(traceDecision(aRecord({ trace: aTrace() }), 'good')).toBe('drawn');
  });

  it('are passed over else: what went well, what the client got wrong, who left', () => {
    for (const service of ['good', undefined, 'left'] as const) {
      expect(traceDecision(aRecord({ trace: unsampled }), service)).toBe('passed_over');
    }
  });

  it('of a refusal are kept like those of what went well', () => {
    const refused = aRecord({ trace: unsampled });
    refused.refusal = 'queue-full';
    expect(traceDecision(refused, 'failed')).toBe('passed_over');

    const asked = aRecord({ trace: ofACaller });
    asked.refusal = 'queue-full';
    expect(traceDecision(asked, 'failed')).toBe('asked');
  });

  it('are none outside a trace', () => {
    expect(traceDecision(aRecord(), 'failed')).toBe('passed_over');
  });
});

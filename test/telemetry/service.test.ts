import { describe, expect, it } from 'vitest';
import type { Recorder } from '../../telemetry/recorder.ts';
import { type Service, serviceOf } from '../../telemetry/service.ts';
import { aRecord } from '../support/records.ts';

const good = { firstTokenMs: 2000, tokenGapMs: 100 };

/** A stream that came at 1,000 ms, with outputs so long after. */
function aStream(...outputsAfterMs: readonly number[]): Recorder {
  const record = aRecord();
  record.streamed = true;
  record.status = 200;
  for (const afterMs of outputsAfterMs) record.timer.output(1000 + afterMs);
  return record;
}

function served(record: Recorder, endMs = 9000): Service | undefined {
  return serviceOf(record, endMs, good);
}

function failed(record: Recorder, errorCode: string, status = 200): Recorder {
  record.errorCode = errorCode;
  record.status = status;
  return record;
}

describe('a stream', () => {
  it.each([
    ['good', [2000, 2100]],
    ['late', [2000.5, 2010]],
    ['slow', [10, 110.5]],
    ['late', [2001, 9000]],
    ['good', [10]],
  ] as const)('is %s with outputs after %j ms', (service, outputs) => {
    expect(served(aStream(...outputs))).toBe(service);
  });

  it('is slow by the mean of its gaps, and not by a single one', () => {
    expect(served(aStream(10, 20, 30, 300))).toBe('good');
  });

  it('has failed where an error broke it, and where none began', () => {
    expect(served(failed(aStream(10), 'engine_failed'))).toBe('failed');
    expect(served(failed(aStream(), 'saturated', 503))).toBe('failed');
  });

  it('was left well served, or late where its client lost patience', () => {
    expect(served(failed(aStream(10, 20), 'client_closed'))).toBe('left');
    expect(served(failed(aStream(), 'client_closed', 499), 3000)).toBe('left');
    expect(served(failed(aStream(), 'client_closed', 499), 3001)).toBe('late');
  });

  it('that its client got wrong was not served', () => {
    expect(served(failed(aStream(), 'rate_limited', 429))).toBeUndefined();
    expect(served(failed(aStream(), 'engine_refused_400', 400))).toBeUndefined();
  });
});

describe('an answer that comes whole', () => {
  it('is late where it waited too long, and else nothing is said of it', () => {
    const record = aRecord();
    record.status = 200;
    expect(served(record)).toBeUndefined();
    record.queueWaitMs = 2000;
    expect(served(record)).toBeUndefined();
    record.queueWaitMs = 2001;
    expect(served(record)).toBe('late');
  });

  it('can fail', () => {
    expect(served(failed(aRecord(), 'engine_timeout', 504))).toBe('failed');
  });
});

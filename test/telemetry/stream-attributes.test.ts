import { describe, expect, it } from 'vitest';
import { AttributeList } from '../../telemetry/attribute-list.ts';
import { decodeGaps, GAP_CODE_BYTES_MAX } from '../../telemetry/gap-code.ts';
import { addStream } from '../../telemetry/stream-attributes.ts';
import { GAPS_KEPT_MAX } from '../../telemetry/token-timer.ts';
import { aRecord } from '../support/records.ts';

/** What is told of a stream whose outputs come so long after the request. */
function told(...outputsAfterMs: readonly number[]): AttributeList['all'] {
  const record = aRecord();
  record.streamed = true;
  for (const afterMs of outputsAfterMs) record.timer.output(1000 + afterMs);
  const list = new AttributeList();
  addStream(list, record, 100);
  return list.all;
}

describe('the attributes of a stream', () => {
  it('tell its rhythm in a few figures, and every gap in a short text', () => {
    const all = told(500, 520, 540, 560, 860, 880);

    expect(all).toMatchObject({
      'gateway.time_to_first_token': 0.5,
      'gateway.inter_token_latency.p50': 0.02,
      'gateway.inter_token_latency.max': 0.3,
      'gateway.stalls': 1,
    });
    expect(decodeGaps(String(all['gateway.gaps']))?.firstGapsMs).toEqual([20, 20, 20, 300, 20]);
  });

  it('tell how often its engine was paused, and how often it went on elsewhere', () => {
    const record = aRecord();
    const list = new AttributeList();
    record.pauses = 2;
    record.resumes = 1;
    addStream(list, record, 100);

    expect(list.all).toEqual({ 'gateway.engine.pauses': 2, 'gateway.resumes': 1 });
  });

  it('of one output or none tell of no gaps', () => {
    expect(Object.keys(told(500))).toEqual(['gateway.time_to_first_token']);
    expect(told()).toEqual({});
  });

  it('are as few and as short for a stream of any length', () => {
    const outputs = Array.from({ length: GAPS_KEPT_MAX + 100 }, (_, index) => index ** 1.1);
    const gaps = String(told(...outputs)['gateway.gaps']);

    expect(Object.keys(told(...outputs)).toSorted()).toEqual(Object.keys(told(1, 2)).toSorted());
    expect(gaps.length).toBeLessThanOrEqual(GAP_CODE_BYTES_MAX);
    expect(decodeGaps(gaps)?.gapsTotal).toBe(GAPS_KEPT_MAX + 99);
  });
});

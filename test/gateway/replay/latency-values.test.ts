import { describe, expect, it } from 'vitest';
import { latencyValuesOf, latencyValuesOfResult } from '../../../gateway/replay/latency-values.ts';
import { jsonLine, parseJsonLine } from '../../../gateway/replay/report/jsonl.ts';
import { aFailure, aResult, aRun } from './builders.ts';

const results = [
  aResult(),
  aFailure({ index: 1 }),
  aResult({ index: 2, outputTokens: 1, interTokenMs: new Float64Array(), endToEndMs: 100 }),
];

describe('the values of latencies', () => {
  it('are those of what succeeded; one token has no time per further token', () => {
    const values = latencyValuesOf(results);

    expect([...values.timeToFirstTokenMs]).toEqual([100, 100]);
    expect([...values.interTokenMs]).toEqual([50, 50, 50]);
    expect([...values.timePerOutputTokenMs]).toEqual([50]);
    expect([...values.endToEndMs]).toEqual([250, 100]);
  });

  it('come back from a result line with details as they went in', () => {
    const options = { layout: '0.2.14', bareInfinity: true, details: true } as const;
    const read = latencyValuesOfResult(parseJsonLine(jsonLine(aRun({ results }), options)));
    const written = latencyValuesOf(results);

    for (const name of ['timeToFirstTokenMs', 'interTokenMs', 'endToEndMs'] as const) {
      expect(read?.[name]).toHaveLength(written[name].length);
      for (const [index, value] of written[name].entries()) {
        expect(read?.[name][index]).toBeCloseTo(value, 6);
      }
    }
    expect(read?.timePerOutputTokenMs[0]).toBeCloseTo(50, 6);
  });

  it('are not known from a line without details, or from one of another shape', () => {
    const options = { layout: 'current', bareInfinity: false, details: false } as const;

    expect(latencyValuesOfResult(parseJsonLine(jsonLine(aRun(), options)))).toBeUndefined();
    expect(latencyValuesOfResult({ ttfts: 'many' })).toBeUndefined();
  });
});

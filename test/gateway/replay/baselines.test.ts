import { describe, expect, it } from 'vitest';
import {
  baselines,
  comparedFigures,
  figuresOf,
  figuresOfResult,
} from '../../../gateway/replay/baselines.ts';
import { measure } from '../../../gateway/replay/measures.ts';
import { aResult, aRun } from './builders.ts';
import { jsonLine, parseJsonLine } from '../../../gateway/replay/report/jsonl.ts';
import { referenceVectors } from './reference-vectors.ts';

const published = (name: string): Readonly<Record<string, number>> => ({
  ...baselines.find((baseline) => baseline.name === name)?.figures,
});

describe('the published runs', () => {
  it('tell every compared figure', () => {
    for (const { figures } of baselines) {
      expect(Object.keys(figures)).toEqual([...comparedFigures]);
    }
  });

  it.each(baselines.map(({ name }) => name))('agree with themselves: %s', (name) => {
    const run = published(name);
    const duration = run['durationSeconds'] ?? 0;

    // Durations and throughputs are rounded to two decimals in print.
    expect((run['inputTokens'] ?? 0) / duration).toBeCloseTo(run['inputThroughput'] ?? 0, -1);
    expect((run['outputTokens'] ?? 0) / duration).toBeCloseTo(run['outputThroughput'] ?? 0, -1);
    expect((run['completedRequests'] ?? 0) / duration).toBeCloseTo(
      run['requestThroughput'] ?? 0,
      1,
    );
  });

  it('differ by the three requests that vLLM refuses', () => {
    const sglang = published('sglang-0.2.14');
    const vllm = published('vllm-0.5.5');

    expect((sglang['inputTokens'] ?? 0) - (vllm['inputTokens'] ?? 0)).toBe(3735 + 3928 + 990);
    expect(sglang['outputTokens']).toBe(vllm['outputTokens']);
  });

  it.skipIf(referenceVectors === undefined)('are those of the reference tables', () => {
    const tables = referenceVectors?.seed_tables;

    expect(Object.values(published('sglang-0.2.14'))).toEqual(numbersOf(tables?.['sglang_0_2_14']));
    expect(Object.values(published('vllm-0.5.5'))).toEqual(numbersOf(tables?.['vllm_0_5_5']));
  });
});

describe('figures of a run', () => {
  const measures = measure([aResult(), aResult({ startMs: 500 })], 1000);

  it('name every compared figure once', () => {
    expect(Object.keys(figuresOf(measures))).toEqual([...comparedFigures]);
    expect(figuresOf(measures)).toMatchObject({
      completedRequests: 2,
      timeToFirstTokenMsMean: 100,
      timePerOutputTokenMsP99: 50,
      interTokenMsMedian: 50,
      endToEndMsMean: 250,
    });
  });

  it('come back from a result line of the current layout', () => {
    const line = jsonLine(aRun(), { layout: 'current', bareInfinity: true, details: false });

    expect(figuresOfResult(parseJsonLine(line))).toEqual(figuresOf(aRun().measures));
  });

  it('leave out what an old result line does not tell', () => {
    const line = jsonLine(aRun(), { layout: '0.2.14', bareInfinity: true, details: false });
    const figures = figuresOfResult(parseJsonLine(line));

    expect(figures.endToEndMsMean).toBe(250);
    expect('timePerOutputTokenMsMean' in figures).toBe(false);
  });
});

function numbersOf(table: Readonly<Record<string, number | string>> | undefined): number[] {
  return Object.values(table ?? {}).filter((value) => typeof value === 'number');
}

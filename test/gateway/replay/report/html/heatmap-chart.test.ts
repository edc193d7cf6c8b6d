import { describe, expect, it } from 'vitest';
import { measure } from '../../../../../gateway/replay/measures.ts';
import { gapHeatmap } from '../../../../../gateway/replay/report/html/heatmap-chart.ts';
import type { RequestResult } from '../../../../../gateway/replay/request-result.ts';
import { aFailure, aResult, aRun } from '../../builders.ts';

function bodyOf(results: readonly RequestResult[], durationMs = 1000): string {
  const run = aRun({ results, measures: measure(results, durationMs) });
  return gapHeatmap(run)?.wide.body ?? '';
}

/** Cells of one shade, by the column and the row that their strokes begin in. */
function strokesOf(
  body: string,
  level: number,
): readonly (readonly [x: number, y: number, width: number])[] {
  const path = new RegExp(`class="heat-${level}" d="([^"]*)"`, 'u').exec(body)?.[1] ?? '';
  return [...path.matchAll(/M(\d+) (\d+)h(\d+)/gu)].map(([, x, y, width]) => [
    Number(x),
    Number(y),
    Number(width),
  ]);
}

describe('the heatmap of gaps', () => {
  it('draws the fullest cell in the strongest shade, where its gaps ended', () => {
    // Three gaps end at 150, 200 and 250 ms of a second.
    const strokes = strokesOf(bodyOf([aResult()]), 6);

    expect(strokes).toHaveLength(3);
    // Cells of 7 on a width of 903.
    expect(strokes.map(([x]) => (x - 58) / 7)).toEqual([19, 25, 32]);
    expect(new Set(strokes.map(([, y]) => y)).size).toBe(1);
  });

  it('draws longer gaps further up', () => {
    const slow = aResult({ interTokenMs: Float64Array.of(20, 200) });
    const strokes = strokesOf(bodyOf([slow]), 6);
    const [first, second] = strokes.toSorted(([one], [other]) => one - other);

    expect(second?.[1]).toBeLessThan(first?.[1] ?? 0);
  });

  it('joins cells side by side, so that the page stays small', () => {
    const even = aResult({ interTokenMs: new Float64Array(300).fill(3) });

    expect(strokesOf(bodyOf([even]), 6).length).toBeLessThan(60);
    expect(Math.max(...strokesOf(bodyOf([even]), 6).map(([, , width]) => width))).toBeGreaterThan(
      7,
    );
  });

  it('gives fewer gaps a weaker shade', () => {
    const crowd = Array.from({ length: 50 }, () => aResult({ interTokenMs: Float64Array.of(50) }));
    const alone = aResult({ startMs: 500, interTokenMs: Float64Array.of(50) });
    const body = bodyOf([...crowd, alone]);

    expect(strokesOf(body, 6)).toHaveLength(1);
    expect(strokesOf(body, 2)).toHaveLength(1);
  });

  it('says how many gaps its strongest shade stands for', () => {
    const plot = gapHeatmap(aRun());

    expect(plot?.explanation).toContain('up to 1 in one cell');
    expect(plot?.narrow?.body).toContain('class="heat-6"');
  });

  it('is not drawn of a run without a gap', () => {
    expect(gapHeatmap(aRun({ results: [aFailure()] }))).toBeUndefined();
    expect(gapHeatmap(aRun({ results: [] }))).toBeUndefined();
  });

  it('keeps gaps of no time at the foot of its axis', () => {
    const body = bodyOf([aResult({ interTokenMs: Float64Array.of(0, 0, 40) })]);

    expect(body).not.toMatch(/NaN|Infinity|undefined/u);
    expect(body).toContain('>10 ms</text>');
  });
});

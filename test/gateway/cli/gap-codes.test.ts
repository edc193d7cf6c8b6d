import { describe, expect, it } from 'vitest';
import { codesIn } from '../../../gateway/cli/gap-codes.ts';
import { encodeGaps } from '../../../telemetry/gap-code.ts';

const code = encodeGaps(Float32Array.of(20, 20.5, 300), 3);
const decoded = { gapsTotal: 3, firstGapsMs: [20, 20.5, 300], laterGaps: [] };

/** A span as OTLP/JSON has it. */
function otlp(gaps: string): string {
  const attribute = { key: 'gateway.gaps', value: { stringValue: gaps } };
  return JSON.stringify({
    resourceSpans: [{ scopeSpans: [{ spans: [{ attributes: [attribute] }] }] }],
  });
}

describe('the gaps in a text', () => {
  it('are found by themselves, with blanks around, and in OTLP as JSON', () => {
    expect(codesIn(code)).toEqual([decoded]);
    expect(codesIn(`  ${code}\n`)).toEqual([decoded]);
    expect(codesIn(otlp(code))).toEqual([decoded]);
  });

  it('are found in every span', () => {
    expect(codesIn(`${otlp(code)}\n${otlp('g1.0.')}\n`)).toHaveLength(2);
  });

  it('are found with later ones behind the first', () => {
    const many = Float32Array.from({ length: 5000 }, (_, index) => 20 + (index % 90));
    const [gaps] = codesIn(otlp(encodeGaps(many, many.length)));

    expect(gaps?.gapsTotal).toBe(5000);
    expect(gaps?.laterGaps).toHaveLength(16);
  });

  it('are read where JSON writes slashes with a backslash', () => {
    const slashed = Float32Array.of(50, 46.9);
    const text = encodeGaps(slashed, slashed.length);
    expect(text).toContain('/');

    expect(codesIn(otlp(text).replaceAll('/', String.raw`\/`))).toEqual(codesIn(text));
  });

  it('are none in what only looks like them', () => {
    expect(codesIn('g1.1.UUU big1.1.U version g2.1.U g1.x')).toEqual([]);
  });
});

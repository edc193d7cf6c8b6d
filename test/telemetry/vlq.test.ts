import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVlq, VLQ_BYTES_MAX, VLQ_MAX, writeVlq } from '../../telemetry/vlq.ts';

function written(...values: readonly number[]): string {
  const bytes = Buffer.alloc(values.length * VLQ_BYTES_MAX);
  let at = 0;
  for (const value of values) at = writeVlq(value, bytes, at);
  return bytes.toString('latin1', 0, at);
}

describe('a number in Base64 VLQ', () => {
  // As the source map specification (ECMA-426) has them.
  it.each([
    [0, 'A'],
    [1, 'C'],
    [-1, 'D'],
    [15, 'e'],
    [16, 'gB'],
    [-16, 'hB'],
    [123, '2H'],
    [1_000_000, 'gkh9B'],
  ])('%i is %s', (value, text) => {
    expect(written(value)).toBe(text);
    expect(readVlq(text)).toEqual([value]);
  });

  it('is read as it was written, however many stand behind each other', () => {
    const numbers = fc.array(fc.integer({ min: -2 * VLQ_MAX, max: 2 * VLQ_MAX }));
    fc.assert(
      fc.property(numbers, (values) => {
        expect(readVlq(written(...values))).toEqual(values.map((value) => value + 0));
      }),
    );
  });

  it('takes its most digits at its bounds', () => {
    expect(written(2 * VLQ_MAX)).toHaveLength(VLQ_BYTES_MAX);
    expect(written(-2 * VLQ_MAX)).toHaveLength(VLQ_BYTES_MAX);
  });

  it('is none where it is cut, or longer than any that is written', () => {
    expect(readVlq('Ag')).toBeUndefined();
    expect(readVlq(`${'g'.repeat(VLQ_BYTES_MAX - 1)}A`)).toEqual([0]);
    expect(readVlq(`${'g'.repeat(VLQ_BYTES_MAX)}A`)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import {
  BROKEN_FINISH_REASONS,
  eventKinds,
  reasonOfAll,
} from '../../../gateway/dialects/dialect.ts';

describe('what an event holds', () => {
  it('is told by bits that do not overlap', () => {
    const bits = Object.values(eventKinds);
    const all = bits.reduce((sum, bit) => sum + bit, 0);

    expect(bits.reduce((union, bit) => union | bit, 0)).toBe(all);
    expect(all).toBe(2 ** bits.length - 1);
  });
});

describe('a finish reason', () => {
  it.each(['abort', 'error'])('of %s means a cut answer', (reason) => {
    expect(BROKEN_FINISH_REASONS.has(reason)).toBe(true);
  });

  it.each(['stop', 'length', 'tool_calls', 'content_filter'])('of %s does not', (reason) => {
    expect(BROKEN_FINISH_REASONS.has(reason)).toBe(false);
  });

  it.each([
    [[], undefined],
    [['stop', 'length'], 'length'],
    [['abort', 'stop'], 'abort'],
    [['stop', 'error', 'length'], 'error'],
  ])('of choices that end for %j is %s', (reasons, reason) => {
    expect(reasonOfAll(reasons)).toBe(reason);
  });
});

import { describe, expect, it } from 'vitest';
import { defaultShape } from '../../../gateway/replay/workload.ts';

describe('the default shape', () => {
  it('repeats the defaults of the reference, which sets no ShareGPT length', () => {
    expect(defaultShape).toEqual({
      randomInputTokens: 1024,
      randomOutputTokens: 1024,
      randomRangeRatio: 0,
    });
  });
});

import { describe, expect, it } from 'vitest';

import { SlowStart } from '../../../routing/structures/slow-start.ts';

describe('a replica', () => {
  it('that was never away is not slowed', () => {
    expect(new SlowStart().requestsMax(0)).toBe(Infinity);
  });

  it('that comes back may have one more request with each answer that it begins', () => {
    const start = new SlowStart();
    start.begin(1_000);
    expect([1_000, 1_001, 1_008].map((answers) => start.requestsMax(answers))).toEqual([8, 9, 16]);
  });

  it('is as good as any other with 256 answers, and not with one less', () => {
    const start = new SlowStart();
    start.begin(10);
    expect(start.requestsMax(10 + 255)).toBe(8 + 255);
    expect(start.requestsMax(10 + 256)).toBe(Infinity);
    expect(start.requestsMax(11)).toBe(Infinity);
  });
});

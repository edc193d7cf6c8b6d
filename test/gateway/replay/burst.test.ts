import { describe, expect, it } from 'vitest';
import { burst } from '../../../gateway/replay/burst.ts';

describe('a burst', () => {
  it('is so many requests at once, alike in size and different in words', () => {
    const { requests } = burst({ requests: 2, promptTokens: 3, outputTokens: 4, content: 'a' });

    expect(requests).toEqual([
      expect.objectContaining({ index: 0, arrivalMs: 0, promptTokens: 3, outputTokens: 4 }),
      expect.objectContaining({ index: 1, arrivalMs: 0, promptTokens: 3, outputTokens: 4 }),
    ]);
    expect(requests.map(({ prompt }) => prompt)).toEqual([
      { kind: 'words', segments: [{ content: 'a 0', tokens: 3 }] },
      { kind: 'words', segments: [{ content: 'a 1', tokens: 3 }] },
    ]);
  });
});

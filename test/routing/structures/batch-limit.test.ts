import { beforeEach, describe, expect, it } from 'vitest';

import { BatchLimit } from '../../../routing/structures/batch-limit.ts';

describe('a replica that does not tell how many it runs at a time', () => {
  let batch: BatchLimit;

  beforeEach(() => {
    batch = new BatchLimit();
  });

  it('has no limit, however many run, until some wait behind them', () => {
    batch.see({ runningRequests: 1_000, isQueueing: false });

    expect(batch.requestsMax).toBe(Infinity);
  });

  it('may have what ran while others waited, and an eighth more', () => {
    batch.see({ runningRequests: 256, isQueueing: true });

    expect(batch.requestsMax).toBe(288);
  });

  it('may have more once it runs more, and no less because it runs less', () => {
    batch.see({ runningRequests: 8, isQueueing: true });
    batch.see({ runningRequests: 9, isQueueing: false });
    expect(batch.requestsMax).toBe(11);

    batch.see({ runningRequests: 1, isQueueing: false });

    expect(batch.requestsMax).toBe(11);
  });

  it('may have less where others wait behind fewer, and never less than two', () => {
    batch.see({ runningRequests: 8, isQueueing: true });
    batch.see({ runningRequests: 0, isQueueing: true });

    expect(batch.requestsMax).toBe(2);
  });

  it('has no limit again when it has been started anew', () => {
    batch.see({ runningRequests: 8, isQueueing: true });
    batch.forget();

    expect(batch.requestsMax).toBe(Infinity);
  });
});

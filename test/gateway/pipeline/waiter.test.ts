import { describe, expect, it } from 'vitest';
import { ServedLately } from '../../../gateway/pipeline/served-lately.ts';
import { NO_WAIT, UNASKED, type Waiter, waitOf } from '../../../gateway/pipeline/waiter.ts';
import { aRequest } from '../../support/builders.ts';

const nobody = { granted: () => undefined, refused: () => undefined };

function aWaiter(): Waiter {
  return {
    request: aRequest(),
    turn: nobody,
    enteredMs: 100,
    passedTokens: 0,
    isAnswered: false,
    lacked: 'turn',
    waitingRequests: 3,
    servedBefore: 1,
  };
}

describe('the wait of one who asks', () => {
  it('is none where it is answered in the moment in which it came', () => {
    expect(waitOf(aWaiter(), 100, new ServedLately())).toBe(NO_WAIT);
  });

  it('is its time, what it met, and who was served since it came', () => {
    const served = new ServedLately();
    for (const id of ['before', 'meanwhile']) served.note(id);

    expect(waitOf(aWaiter(), 350, served)).toEqual({
      ms: 250,
      lacked: 'turn',
      waitingRequests: 3,
      served: { requests: 1, lastIds: ['meanwhile'] },
    });
  });

  it('is none where no replica was looked for', () => {
    expect(UNASKED).toEqual({ wait: NO_WAIT, receipt: undefined });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecisionLog } from '../../../gateway/pipeline/decision-log.ts';
import { aRequest } from '../../support/builders.ts';
import { aDecision, aReceipt } from '../../support/decisions.ts';

function decisionOn(requestId: string, replica = 'two') {
  const receipt = aReceipt({ replicas: ['one', 'full', replica, 'away'] });
  return aDecision({ request: aRequest({ requestId }), receipt });
}

function logOf(decisionsMax: number, ids: readonly string[], bytesMax = Infinity): DecisionLog {
  const log = new DecisionLog({ decisionsMax, bytesMax });
  for (const id of ids) log.note(decisionOn(id));
  return log;
}

function idsOf(log: DecisionLog, limit = 100): string[] {
  return log.find({ limit }).map(({ requestId }) => requestId);
}

describe('the log of decisions', () => {
  it('gives the newest first', () => {
    expect(idsOf(logOf(10, ['a', 'b', 'c']))).toEqual(['c', 'b', 'a']);
    expect(idsOf(logOf(10, ['a', 'b', 'c']), 2)).toEqual(['c', 'b']);
  });

  it('keeps as many as it may, and forgets the oldest at one more', () => {
    expect(idsOf(logOf(3, ['a', 'b', 'c']))).toEqual(['c', 'b', 'a']);
    expect(idsOf(logOf(3, ['a', 'b', 'c', 'd']))).toEqual(['d', 'c', 'b']);
  });

  it('keeps as many bytes as it may, and forgets the oldest at one more', () => {
    const { bytes } = decisionOn('a');

    expect(idsOf(logOf(10, ['a', 'b', 'c'], 3 * bytes))).toEqual(['c', 'b', 'a']);
    expect(idsOf(logOf(10, ['a', 'b', 'c'], 3 * bytes - 1))).toEqual(['c', 'b']);
    expect(idsOf(logOf(10, ['a'], bytes - 1))).toEqual([]);
  });

  it('finds those that picked one replica, and those on one request', () => {
    const log = new DecisionLog();
    for (const [id, replica] of [
      ['a', 'x'],
      ['b', 'y'],
      ['a', 'y'],
    ] as const) {
      log.note(decisionOn(id, replica));
    }
    const found = (query: { readonly replica?: string; readonly requestId?: string }) =>
      log.find({ limit: 10, ...query }).map(({ requestId, replica }) => [requestId, replica]);

    expect(found({ replica: 'y' })).toEqual([
      ['a', 'y'],
      ['b', 'y'],
    ]);
    expect(found({ requestId: 'a' })).toEqual([
      ['a', 'y'],
      ['a', 'x'],
    ]);
    expect(found({ requestId: 'a', replica: 'x' })).toEqual([['a', 'x']]);
    expect(found({ requestId: 'c' })).toEqual([]);
  });

  it('remembers what came last, and counts its bytes, whatever is noted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.string()), (decisionsMax, ids) => {
        const log = logOf(decisionsMax, ids);
        const { bytes } = decisionOn('a');

        expect(idsOf(log)).toEqual(ids.slice(-decisionsMax).toReversed());
        expect(log.size).toBe(Math.min(ids.length, decisionsMax));
        expect(log.bytes).toBe(log.size * bytes);
      }),
    );
  });
});

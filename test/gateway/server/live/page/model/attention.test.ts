import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quietest } from '../../../../../../gateway/server/live/page/model/attention.ts';
import { aBoard } from '../../../../../support/live-events.ts';

describe('the quietest requests', () => {
  it('are those that moved longest ago, the quietest first, as many as are wanted', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 30 }), fc.nat(8), (times, limit) => {
        const requests = aBoard(times.map(() => 0));
        for (const [index, request] of requests.entries()) request.movedAtMs = times[index] ?? 0;

        expect(quietest(requests, limit).map(({ movedAtMs }) => movedAtMs)).toEqual(
          times.toSorted((one, other) => one - other).slice(0, limit),
        );
      }),
    );
  });
});

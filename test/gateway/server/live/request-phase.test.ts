import { describe, expect, it } from 'vitest';
import { lastMovedMs, phaseOf } from '../../../../gateway/server/live/request-phase.ts';
import { aDestination, aRecord } from '../../../support/records.ts';

describe('where an open request is', () => {
  it('is the queue until it is sent, its prefill until the first token, and a stream from then on', () => {
    const record = aRecord();
    record.streamed = true;
    expect([phaseOf(record), lastMovedMs(record)]).toEqual(['waiting', 1_000]);

    record.attempt(aDestination({ startMs: 1_200 }));
    expect([phaseOf(record), lastMovedMs(record)]).toEqual(['prefill', 1_200]);

    record.timer.output(1_500);
    expect([phaseOf(record), lastMovedMs(record)]).toEqual(['streaming', 1_500]);
  });

  it('is one phase only for an answer in one piece', () => {
    const record = aRecord();
    record.attempt(aDestination());

    expect(phaseOf(record)).toBe('computing');
  });
});

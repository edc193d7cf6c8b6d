import { describe, expect, it } from 'vitest';
import {
  MOVED_STRIDE,
  requestPhases,
} from '../../../../../../gateway/server/live/page/model/live-events.ts';
import { OpenRequests } from '../../../../../../gateway/pipeline/open-requests.ts';
import { RequestSample } from '../../../../../../gateway/server/live/request-sample.ts';
import { aStream } from '../../../../../support/live-view.ts';

describe('what the gateway and the page have agreed on', () => {
  it('is that phases are told by their place in one list', () => {
    expect(requestPhases).toEqual(['waiting', 'prefill', 'streaming', 'computing']);
  });

  it('is how many numbers a request takes', () => {
    const open = new OpenRequests();
    aStream(open);
    const terms = { nowMs: 0, wallOffsetMs: 0, replicaIndex: new Map() };

    expect(new RequestSample(open).look(terms).moved).toHaveLength(MOVED_STRIDE);
  });
});

import { describe, expect, it } from 'vitest';
import {
  flushCache02Page,
  flushCachePage,
} from '../../../../deploy/simulator/protocols/sglang-pages.ts';
import { captureBody, aReplicaView } from '../../../support/simulator.ts';
import { withoutCaptures } from '../../../support/captures.ts';

const request = { query: new URLSearchParams(), body: '', name: '' };

describe('the flush of SGLang’s cache', () => {
  it('is done when nothing goes on', async () => {
    let flushed = 0;
    const replica = aReplicaView({
      flushCache: () => {
        flushed += 1;
        return true;
      },
    });

    expect(await flushCachePage(replica, request)).toMatchObject({ status: 200 });
    expect(await flushCache02Page(replica, request)).toMatchObject({ status: 200 });
    expect(flushed).toBe(2);
  });

  it('is told to have failed by the current version alone when work goes on', async () => {
    const replica = aReplicaView({ flushCache: () => false });

    expect(await flushCachePage(replica, request)).toMatchObject({ status: 400 });
    expect(await flushCache02Page(replica, request)).toMatchObject({ status: 200 });
  });

  it.skipIf(withoutCaptures)('is answered in the words of the captured answer', async () => {
    const { body } = await flushCachePage(aReplicaView(), request);

    expect(body).toBe(captureBody('sglang-0.5.23/flush_cache'));
  });
});

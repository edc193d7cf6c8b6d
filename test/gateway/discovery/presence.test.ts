import { describe, expect, it } from 'vitest';

import { readLoad } from '../../../gateway/discovery/load-poll.ts';
import { presence } from '../../../gateway/discovery/presence.ts';
import { ManualClock } from '../../support/clock.ts';
import { FakePages, page, refused } from '../../support/fake-pages.ts';

const never = new AbortController().signal;

describe('the presence of an engine that tells no load', () => {
  it('is no load, whatever its page says', async () => {
    const { read } = new FakePages({ '/v1/models': page({ data: [] }) });
    expect(await readLoad(read, presence, new ManualClock(), never)).toBeUndefined();
  });

  it('shows in its connection', async () => {
    const { read } = new FakePages({ '/v1/models': refused });
    await expect(readLoad(read, presence, new ManualClock(), never)).rejects.toBe(refused);
  });
});

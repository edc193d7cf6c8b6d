import { describe, expect, it, vi } from 'vitest';
import { PacedUpstream } from '../../../gateway/pipeline/paced-upstream.ts';
import { ManualClock } from '../../support/clock.ts';

const UNREAD_MS = 1_000;

function aPace(unreadMs: number | undefined = UNREAD_MS) {
  const clock = new ManualClock();
  const upstream = {
    pause: vi.fn<() => void>(),
    resume: vi.fn<() => void>(),
    abort: vi.fn<() => void>(),
  };
  const gaveUp = vi.fn<() => void>();
  return {
    clock,
    upstream,
    gaveUp,
    paced: new PacedUpstream(upstream, { clock, unreadMs, gaveUp }),
  };
}

describe('an engine that is paused for its client', () => {
  it('is given up after the limit, and not before', () => {
    const { paced, clock, gaveUp } = aPace();
    paced.pause();
    clock.advance(UNREAD_MS / 2);
    paced.pause();
    clock.advance(UNREAD_MS / 2 - 1);
    expect(gaveUp).not.toHaveBeenCalled();
    clock.advance(1);

    expect(gaveUp).toHaveBeenCalledOnce();
  });

  it('begins anew with each pause', () => {
    const { paced, clock, upstream, gaveUp } = aPace();
    for (let pause = 0; pause < 5; pause += 1) {
      paced.pause();
      expect(paced.isPaused).toBe(true);
      clock.advance(UNREAD_MS - 1);
      paced.resume();
      expect(paced.isPaused).toBe(false);
    }

    expect(gaveUp).not.toHaveBeenCalled();
    expect(upstream.pause).toHaveBeenCalledTimes(5);
    expect(upstream.resume).toHaveBeenCalledTimes(5);
    expect(clock.timers).toBe(0);
  });

  it('may be paused for ever without a limit', () => {
    const { paced, clock, gaveUp } = aPace(Infinity);
    const free = new PacedUpstream(paced, { clock, unreadMs: undefined, gaveUp });
    free.pause();
    free.stopWatching();

    expect(gaveUp).not.toHaveBeenCalled();
  });

  it('is watched no longer once it is aborted', () => {
    const { paced, clock, upstream, gaveUp } = aPace();
    paced.pause();
    paced.abort();
    clock.advance(UNREAD_MS);

    expect(gaveUp).not.toHaveBeenCalled();
    expect(upstream.abort).toHaveBeenCalledOnce();
  });
});

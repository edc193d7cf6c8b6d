import { describe, expect, it } from 'vitest';
import { ChildError } from '../../../../gateway/replay/fleet/child.ts';
import { untilReady } from '../../../../gateway/replay/fleet/ready.ts';
import type { FetchText } from '../../../../gateway/wire/text-client.ts';
import { PassingClock } from '../passing-clock.ts';

const statuses = (list: readonly (number | Error)[]): { asked: string[]; fetchText: FetchText } => {
  const asked: string[] = [];
  const fetchText: FetchText = (url) => {
    const status = list[Math.min(asked.push(url), list.length) - 1] ?? 503;
    if (status instanceof Error) return Promise.reject(status);
    return Promise.resolve({ status, headers: {}, body: '' });
  };
  return { asked, fetchText };
};

describe('waiting for a gateway', () => {
  it('ends with the first answer that says it is ready', async () => {
    const { asked, fetchText } = statuses([new Error('refused'), 503, 200]);

    await untilReady('http://gateway.test:1', fetchText, new PassingClock());

    expect(asked).toEqual(Array.from({ length: 3 }, () => 'http://gateway.test:1/ready'));
  });

  it('gives up when its time is over', async () => {
    const clock = new PassingClock();
    const { fetchText } = statuses([503]);

    await expect(untilReady('http://gateway.test:1', fetchText, clock)).rejects.toThrow(ChildError);
    expect(clock.nowMs()).toBe(20_000);
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';

import { readStream, rightAnswer } from '../support/live/answers.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { postJson } from '../support/live/raw.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 8_766 * HOUR_MS;

const prompt = 'What time is it?';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a wall clock that jumps', () => {
  it('by hours and years, a hundred times, ends no request and wins nobody a quota', async () => {
    await using house = await aHouse({
      settings: {
        tenants: [{ name: 'anonymous', requestsPerMinute: 60 }],
        timeouts: { totalMs: 60_000, firstByteMs: 60_000 },
      },
    });
    const { gateway, replica } = house;
    const trueNow = Date.now.bind(Date);
    let offMs = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => trueNow() + offMs);
    const stream = readStream(
      openAi(gateway).completions.create(
        withExtras({ model: replica.model, prompt, max_tokens: 5_000, stream: true as const }),
      ),
    );

    const statuses: number[] = [];
    for (let jump = 0; jump < 100; jump += 1) {
      offMs = [HOUR_MS, -HOUR_MS, 10 * YEAR_MS, -10 * YEAR_MS, 0][jump % 5] ?? 0;
      const body = { model: replica.model, prompt, max_tokens: 1 };
      const answer = await postJson(`${gateway.url}/v1/completions`, body);
      await answer.text();
      statuses.push(answer.status);
    }

    const { text, thrown } = await stream;
    expect(thrown).toBeUndefined();
    expect(text).toBe(rightAnswer(prompt, 5_000));
    // Sixty a minute, of which the stream is one; no jump fills them up, and none takes them away.
    const served = statuses.filter((status) => status === 200).length;
    expect(statuses.slice(0, 59)).toEqual(Array.from({ length: 59 }, () => 200));
    expect(served).toBeLessThan(90);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect((await gateway.state()).replicas.map(({ state }) => state)).toEqual(['ready']);
    await expectAllReleased(house);
  });
});

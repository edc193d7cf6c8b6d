import { expect, it } from 'vitest';

import { runStorm } from '../support/live/scenarios/resume-storm.ts';

it('a hundred streams survive a fleet of which one replica after the other is killed', async () => {
  const storm = await runStorm({
    replicas: 4,
    streams: 100,
    tokens: 400,
    tokensBetweenDeaths: 6_000,
  });

  expect(storm.failures).toEqual([]);
  expect(storm.whole).toBe(100);
  expect(storm.deaths).toBeGreaterThanOrEqual(3);
  expect(storm.resumes).toBeGreaterThan(20);
  expect(storm.wastedShare).toBeLessThan(0.2);
});

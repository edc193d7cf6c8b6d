import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

import { metrics } from '../../../telemetry/semconv.ts';
import type { Check, Stand } from '../stand.ts';
import { eventsOf, post, postThrough, sumOf } from '../stand.ts';

/** Both kinds of engine close a connection that has been idle for five seconds (uvicorn). */
const PAUSES_MS = [3_500, 3_800, 4_000, 4_300, 4_800, 4_900, 5_000, 5_100, 5_500];

const REQUESTS_EACH = 8;

const MEGABYTE = 2 ** 20;

/** What connections to servers that others wrote have to bear. */
export const connections: readonly Check[] = [
  {
    title: 'no request meets a connection that its engine is closing',
    async try(stand) {
      let answered = 0;
      const before = await attemptsOf(stand);
      for (const pauseMs of [0, ...PAUSES_MS]) {
        await pause(pauseMs);
        answered += await burst(stand);
      }
      // A retry on another replica hides a lost connection from the client, and not from this count.
      assert.equal((await attemptsOf(stand)) - before, answered);
      const pauses = PAUSES_MS.map((pauseMs) => pauseMs / 1000).join(', ');
      return `${answered} answers, with pauses of ${pauses} s between them`;
    },
  },
  {
    title: 'a body of a megabyte reaches the engine whole, and its refusal comes back',
    async try(stand) {
      const { engines, model } = stand;
      const said: string[] = [];
      for (const engine of engines) {
        const short = { model, prompt: 'The river ran', max_tokens: 4, ignore_eos: true };
        const large = { ...short, user: 'x'.repeat(MEGABYTE) };
        const whole = await postThrough(stand, engine, '/v1/completions', large);
        assert.equal(whole.status, 200);
        await whole.body?.cancel();
        const long = { ...short, prompt: 'river '.repeat(MEGABYTE / 6) };
        const refused = await postThrough(stand, engine, '/v1/completions', long);
        const { error } = (await refused.json()) as { error: { message: string } };
        assert.match(error.message, /context length/);
        said.push(`${engine.kind} 200, then ${refused.status}`);
      }
      return [...new Set(said)].join('; ');
    },
  },
];

/** Plain and streamed requests at once, the same number to each replica; all have to be whole. */
async function burst({ turns, engines, model }: Stand): Promise<number> {
  const count = REQUESTS_EACH * engines.length;
  const asked = Array.from({ length: count }, async (_, index) => {
    const stream = index % 2 === 0;
    const sampling = { max_tokens: 4, temperature: 0, ignore_eos: true };
    const body = { model, prompt: 'The river ran', stream, ...sampling };
    const answer = await post(`${turns.url}/v1/completions`, body);
    assert.equal(answer.status, 200, `after a pause: ${answer.status}`);
    if (stream) assert.equal((await eventsOf(answer)).at(-1), '[DONE]');
    else await answer.json();
  });
  return (await Promise.all(asked)).length;
}

async function attemptsOf({ turns }: Stand): Promise<number> {
  const page = await (await fetch(`${turns.adminUrl}/metrics`)).text();
  return sumOf(page, metrics.attempts.name);
}

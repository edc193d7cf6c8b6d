import assert from 'node:assert/strict';

import type { Check, RealEngine } from '../stand.ts';
import { readJson, startStand } from '../stand.ts';
import type { StreamedAnswer } from '../streamed-answer.ts';
import { endingOf, streamAnswer, tally } from '../streamed-answer.ts';

/** More than run and wait at a SGLang that `up.sh` starts with `REAL_SGLANG_FLAGS` as `failures.ts` tells. */
const STREAMS = 12;

const TOKENS = 24;

/** What becomes of requests that SGLang's queue has no room for. It says so inside a 200 stream. */
export const fullQueue: readonly Check[] = [
  {
    title: 'SGLang alone, its queue full: a refusal is a 503 that says when to come back',
    async try({ engines }) {
      const answers = await burst(only('sglang', engines), 'turns');
      const refused = answers.filter((answer) => endingOf(answer) === 'refused');
      assert(refused.length > 0, tally(answers));
      assert(refused.every(({ status, retryAfter }) => status === 503 && Number(retryAfter) > 0));
      assert(answers.every((answer) => ['whole', 'refused'].includes(endingOf(answer))));
      const codes = [...new Set(refused.map(({ errorCode }) => String(errorCode)))].join();
      return `${tally(answers)}, with code ${codes} and Retry-After ${refused[0]?.retryAfter}`;
    },
  },
  {
    title: 'SGLang beside a vLLM, its queue full: the vLLM answers',
    async try({ engines }) {
      const answers = await burst(engines, 'turns');
      assert.equal(tally(answers), `${STREAMS} whole`);
      const shares = engines.map(
        ({ id, kind }) => `${kind} ${answers.filter(({ replica }) => replica === id).length}`,
      );
      return `${tally(answers)}: ${shares.join(', ')}`;
    },
  },
  {
    title:
      'SGLang alone, with the admission of the house: its queue does not fill, and who waits is answered',
    async try({ engines }) {
      const answers = await burst(only('sglang', engines), 'gateway');
      assert.equal(tally(answers), `${STREAMS} whole`);
      return tally(answers);
    },
  },
];

function only(kind: RealEngine['kind'], engines: readonly RealEngine[]): readonly RealEngine[] {
  return engines.filter((engine) => engine.kind === kind);
}

async function burst(
  engines: readonly RealEngine[],
  through: 'turns' | 'gateway',
): Promise<readonly StreamedAnswer[]> {
  const { turns, gateway, model } = await startStand(engines);
  try {
    const { url } = { turns, gateway }[through];
    const streams = Array.from({ length: STREAMS }, (_, index) =>
      streamAnswer(url, { model, prompt: `Story ${index}`, tokens: TOKENS }),
    );
    const answers = await Promise.all(streams);
    // The gateway is there for the next one.
    await readJson(`${url}/v1/models`);
    return answers;
  } finally {
    await turns.stop();
    await gateway.stop();
  }
}

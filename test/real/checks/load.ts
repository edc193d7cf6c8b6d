import assert from 'node:assert/strict';

import type { Check, RealEngine, Stand } from '../stand.ts';
import { loadOf, post, readJson, until } from '../stand.ts';

/** More than the 16 sequences that a vLLM replica of `up.sh` runs at once. */
const STREAMS_EACH = 20;

const BURST = 30;

interface ReplicaState {
  readonly id: string;
  readonly load: {
    readonly runningRequests: number;
    readonly waitingRequests: number;
    readonly ageMs: number;
  };
  readonly inFlight: { readonly requests: number };
}

/** What the gateway knows of the engines' load. */
export const load: readonly Check[] = [
  {
    title:
      'running and waiting requests are read from both kinds of engine, as they say themselves',
    async try(stand) {
      const departure = new AbortController();
      openStreams(stand, departure.signal);
      const said: string[] = [];
      try {
        for (const engine of stand.engines) said.push(await agrees(stand, engine));
      } finally {
        departure.abort();
      }
      await until(async () =>
        (await states(stand)).every(({ inFlight }) => inFlight.requests === 0),
      );
      await until(async () =>
        (await states(stand)).every((each) => each.load.runningRequests === 0),
      );
      return said.join('; ');
    },
  },
  {
    title: 'a burst is spread over all replicas, and each answer is whole',
    async try({ gateway, model, engines }) {
      const body = { model, prompt: 'The river ran past', max_tokens: 32, ignore_eos: true };
      const headers = { 'x-gateway-replica': '1' };
      const answers = await Promise.all(
        Array.from({ length: BURST }, async () => {
          const answer = await post(`${gateway.url}/v1/completions`, body, { headers });
          const { usage } = (await answer.json()) as { usage: { completion_tokens: number } };
          assert.equal(usage.completion_tokens, 32);
          return answer.headers.get('x-gateway-replica');
        }),
      );
      const shares = engines.map(({ id }) => answers.filter((replica) => replica === id).length);
      assert(shares.every((share) => share > 0));
      return engines.map(({ kind }, index) => `${kind} ${shares[index]}`).join(', ');
    },
  },
];

/** In turns, so that each replica has the same number. */
function openStreams({ turns, engines, model }: Stand, signal: AbortSignal): void {
  const sampling = { max_tokens: 2000, temperature: 0, ignore_eos: true };
  for (let count = 0; count < STREAMS_EACH * engines.length; count += 1) {
    const body = { model, prompt: 'The river ran', stream: true, ...sampling };
    // It ends by the abort, as it should.
    post(`${turns.url}/v1/completions`, body, { signal }).catch(() => undefined);
  }
}

/** Both read at different moments, so they are asked until they agree. */
async function agrees(stand: Stand, engine: RealEngine): Promise<string> {
  let said = '';
  await until(async () => {
    const own = await loadOf(engine);
    const state = (await states(stand)).find(({ id }) => id === engine.id);
    assert(state !== undefined);
    const { runningRequests, waitingRequests, ageMs } = state.load;
    said = `${engine.kind} ${runningRequests} running, ${waitingRequests} waiting, ${ageMs} ms old`;
    const isBusy = own.running + own.waiting === STREAMS_EACH;
    return isBusy && runningRequests === own.running && waitingRequests === own.waiting;
  });
  return said;
}

async function states({ turns }: Stand): Promise<ReplicaState[]> {
  return (await readJson(`${turns.adminUrl}/admin/replicas`)) as ReplicaState[];
}

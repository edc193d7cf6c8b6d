import type { Check, RealEngine, Stand } from '../stand.ts';
import { loadOf, post, until } from '../stand.ts';

/** Long enough that only an abort ends it. */
const TOKENS = 6000;

const ROUNDS = 5;

/** What becomes of the engine's work when the client goes: through the gateway, and without it for comparison. */
export const leaving: readonly Check[] = [true, false].map((stream) => ({
  title: `a client that leaves ${stream ? 'a stream' : 'before its plain answer'} frees the engine`,
  async try(stand) {
    const said: string[] = [];
    for (const engine of stand.engines) {
      const through = await leaveOften(stand, engine, stand.turns.url, stream);
      const direct = await leaveOften(stand, engine, engine.url, stream);
      said.push(`${engine.kind} ${through} ms (directly ${direct} ms)`);
    }
    return said.join(', ');
  },
}));

async function leaveOften(
  stand: Stand,
  engine: RealEngine,
  url: string,
  stream: boolean,
): Promise<string> {
  const delays: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    delays.push(await leave(stand, engine, url, stream));
  }
  const sorted = delays.toSorted((one, other) => one - other).map(Math.round);
  return `${sorted[0]} to ${sorted.at(-1)}`;
}

/** Milliseconds from the client's departure until the engine says that nothing runs. */
async function leave(
  { engines, model }: Stand,
  engine: RealEngine,
  url: string,
  stream: boolean,
): Promise<number> {
  const departure = new AbortController();
  const sampling = { max_tokens: TOKENS, temperature: 0, ignore_eos: true };
  const body = { model, prompt: 'The river ran', stream, ...sampling };
  await until(async () => (await loadOf(engine)).running === 0);
  // A replica cannot be chosen from outside: in turns, as many requests as there are replicas reach each.
  const clients = url === engine.url ? 1 : engines.length;
  for (let client = 0; client < clients; client += 1) {
    // It ends by the abort, as it should.
    read(post(`${url}/v1/completions`, body, { signal: departure.signal })).catch(() => undefined);
  }
  await until(async () => (await loadOf(engine)).running === 1);
  departure.abort();
  return until(async () => (await loadOf(engine)).running === 0);
}

async function read(answer: Promise<Response>): Promise<void> {
  await (await answer).text();
}

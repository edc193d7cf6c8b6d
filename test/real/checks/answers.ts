import assert from 'node:assert/strict';

import { metrics } from '../../../telemetry/semconv.ts';
import type { Check, RealEngine, Stand } from '../stand.ts';
import { eventsOf, post, postThrough, readJson, sumOf } from '../stand.ts';

const TOKENS = 24;

interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

interface Answer {
  readonly id: string;
  readonly usage: Usage;
  readonly choices: readonly Choice[];
}

interface Choice {
  readonly finish_reason: string | null;
  readonly text?: string;
  readonly message?: { readonly content: string };
  readonly delta?: { readonly content?: string | null };
}

/** The two ways to ask, each with a body that every engine answers to the same length. */
const forms = {
  '/v1/chat/completions': { messages: [{ role: 'user', content: 'Tell me of the old mill.' }] },
  '/v1/completions': { prompt: 'The river ran past the old mill and' },
} as const;

type Path = keyof typeof forms;

function bodyOf({ model }: Stand, path: Path, more: object = {}): object {
  const sampling = { temperature: 0, max_tokens: TOKENS, ignore_eos: true };
  return { model, ...forms[path], ...sampling, ...more };
}

/** Answers through the gateway against those that the same engine gives when it is asked directly. */
export const answers: readonly Check[] = (Object.keys(forms) as Path[]).flatMap((path) => [
  {
    title: `${path}: a plain answer is the engine's own, with its usage`,
    try: (stand) => eachEngine(stand, (engine) => plainIsTheEngines(stand, engine, path)),
  },
  {
    title: `${path}: a stream says what the engine's own does, with usage only where the client asks`,
    try: (stand) => eachEngine(stand, (engine) => streamIsTheEngines(stand, engine, path)),
  },
]);

/** What the gateway knows of answers whose usage the client never saw. */
export const counting: readonly Check[] = [
  {
    title: 'tokens of streams are counted from usage that the client did not ask for',
    async try(stand) {
      const before = await tokensCounted(stand);
      for (const engine of stand.engines) {
        const body = bodyOf(stand, '/v1/completions', { stream: true });
        await (await postThrough(stand, engine, '/v1/completions', body)).text();
      }
      const counted = (await tokensCounted(stand)) - before;
      // In turns, each engine is reached by the first try.
      assert.equal(counted, TOKENS * stand.engines.length);
      return `${counted} tokens of ${stand.engines.length} streams`;
    },
  },
  {
    title: "the client's request id reaches the engine and comes back",
    async try({ gateway, model }) {
      const headers = { 'x-request-id': 'real-engine-check' };
      const body = { model, prompt: 'one', max_tokens: 1 };
      const answer = await post(`${gateway.url}/v1/completions`, body, { headers });
      assert.equal(answer.headers.get('x-request-id'), headers['x-request-id']);
      return ((await answer.json()) as Answer).id;
    },
  },
];

async function eachEngine(
  { engines }: Stand,
  run: (engine: RealEngine) => Promise<string>,
): Promise<string> {
  const said: string[] = [];
  for (const engine of engines) said.push(`${engine.kind} ${await run(engine)}`);
  return [...new Set(said)].join('; ');
}

async function plainIsTheEngines(stand: Stand, engine: RealEngine, path: Path): Promise<string> {
  const body = bodyOf(stand, path);
  const direct = (await readJson(`${engine.url}${path}`, body)) as Answer;
  const ours = (await (await postThrough(stand, engine, path, body)).json()) as Answer;
  assert.equal(textOf(ours.choices), textOf(direct.choices));
  assert.deepEqual(counts(ours.usage), counts(direct.usage));
  assert.equal(ours.usage.completion_tokens, TOKENS);
  assert.equal(ours.choices[0]?.finish_reason, 'length');
  return `${ours.usage.prompt_tokens}+${ours.usage.completion_tokens} tokens`;
}

async function streamIsTheEngines(stand: Stand, engine: RealEngine, path: Path): Promise<string> {
  const body = bodyOf(stand, path, { stream: true });
  const asking = { ...body, stream_options: { include_usage: true } };
  const ours = essenceOf(await eventsOf(await postThrough(stand, engine, path, body)));
  assert.deepEqual(ours, essenceOf(await eventsOf(await post(`${engine.url}${path}`, body))));
  assert.deepEqual(ours.usages, []);
  const asked = essenceOf(await eventsOf(await postThrough(stand, engine, path, asking)));
  assert.deepEqual(asked, essenceOf(await eventsOf(await post(`${engine.url}${path}`, asking))));
  assert.deepEqual(asked, { ...ours, usages: asked.usages });
  assert.equal(asked.usages.length, 1);
  assert.equal(asked.usages[0]?.completion_tokens, TOKENS);
  return `${ours.text.length} characters`;
}

/** What a stream says, however its tokens were cut into events. */
interface Essence {
  readonly text: string;
  readonly finishes: readonly string[];
  readonly usages: readonly Usage[];
}

function essenceOf(events: readonly string[]): Essence {
  assert.equal(events.at(-1), '[DONE]');
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event) as Partial<Answer>);
  const choices = chunks.flatMap((chunk) => chunk.choices ?? []);
  return {
    text: choices.map(({ text, delta }) => text ?? delta?.content ?? '').join(''),
    finishes: choices.flatMap(({ finish_reason: reason }) => reason ?? []),
    usages: chunks.flatMap(({ usage }) => (usage ? [counts(usage)] : [])),
  };
}

function counts({ prompt_tokens, completion_tokens, total_tokens }: Usage): Usage {
  return { prompt_tokens, completion_tokens, total_tokens };
}

function textOf(choices: readonly Choice[]): string {
  return choices.map(({ text, message }) => text ?? message?.content ?? '').join();
}

async function tokensCounted({ turns }: Stand): Promise<number> {
  const page = await (await fetch(`${turns.adminUrl}/metrics`)).text();
  return sumOf(page, metrics.outputTokens.name);
}

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Check, RealEngine, Stand } from '../stand.ts';
import { startStand } from '../stand.ts';
import type { Form, StreamedAnswer } from '../streamed-answer.ts';
import { endingOf, streamAnswer } from '../streamed-answer.ts';
import type { Cut } from './cut-wire.ts';
import { layWire } from './cut-wire.ts';
import { enginesOwnRest } from './engines-own-rest.ts';

const RUNS = Number(process.env['REAL_RUNS'] ?? 60);

const TOKENS = 48;

/** Spreads the cuts over the answer: it has no divisor in common with the tokens that can be cut behind. */
const STRIDE = 7;

const questions = [
  'Tell me of the old mill.',
  'Why is the sky blue?',
  'Count from one to thirty.',
  'Write a poem about a river.',
  'What does a gateway do?',
];

/** One stream at a time, so that nothing but the seam can make another text of it. */
export const resuming: readonly Check[] = (['completions', 'chat'] as const).map((form) => ({
  title: `${form}: a stream that is cut goes on to the text of an undisturbed one`,
  async try({ engines }) {
    const cut: Cut = { eventsLeft: Infinity };
    await using wires = new AsyncDisposableStack();
    const wired: RealEngine[] = [];
    for (const engine of engines) {
      const { url } = wires.use(await layWire(engine.url, cut));
      wired.push({ ...engine, url, id: new URL(url).host });
    }
    const stand = await startStand(wired, ['--config', await forgiving(wires)]);
    wires.defer(() => stand.gateway.stop());
    wires.defer(() => stand.turns.stop());
    return await cutOften(stand, form, cut);
  },
}));

/** Settings by which no replica is left out for what is done to its wire, run after run. */
async function forgiving(things: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'numagate-real-'));
  things.defer(() => rm(folder, { recursive: true }));
  const file = join(folder, 'gateway.yaml');
  await writeFile(file, JSON.stringify({ discovery: { failuresMax: 1_000 } }));
  return file;
}

async function cutOften(stand: Stand, form: Form, cut: Cut): Promise<string> {
  const uncut = new Map<string, string>();
  for (const prompt of questions) uncut.set(prompt, (await stream(stand, form, prompt)).text);
  let sameUncut = 0;
  for (const prompt of questions) {
    const { text } = await stream(stand, form, prompt);
    sameUncut += Number(text === uncut.get(prompt));
  }
  let same = 0;
  let cuts = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const prompt = questions[run % questions.length] ?? '';
    const eventsBefore = 1 + ((run * STRIDE) % (TOKENS - 2));
    // A chat begins with an event that only names the role.
    cut.eventsLeft = eventsBefore + (form === 'chat' ? 1 : 0);
    const answer = await stream(stand, form, prompt);
    const wasCut = cut.eventsLeft === Infinity;
    cut.eventsLeft = Infinity;
    assert.equal(endingOf(answer), 'whole');
    assert(answer.seams.length <= Number(wasCut), `seams behind ${answer.seams.join(', ')}`);
    const [behind] = answer.seams;
    // An engine that is ahead of its reader sends several tokens in one event, and may be done before the cut.
    if (behind === undefined) continue;
    assert.equal(answer.outputTokens, TOKENS);
    cuts += 1;
    if (answer.text === uncut.get(prompt)) same += 1;
    else await isTheEngines(stand, answer, { form, prompt, behind });
  }
  assert(cuts > RUNS / 2, `only ${cuts} of ${RUNS} streams were cut`);
  const others = 'the others as the engine itself goes on behind the same tokens';
  const again = `${sameUncut} of ${questions.length} that were not cut`;
  return `the same text in ${same} of ${cuts} runs that were cut, ${others}; in ${again}`;
}

function stream({ turns, model }: Stand, form: Form, prompt: string): Promise<StreamedAnswer> {
  return streamAnswer(turns.url, { form, model, prompt, tokens: TOKENS });
}

/** Where the text is another one, it is not the gateway's doing. */
async function isTheEngines(
  { engines: [engine], model }: Stand,
  { text }: StreamedAnswer,
  cut: { readonly form: Form; readonly prompt: string; readonly behind: number },
): Promise<void> {
  assert(engine !== undefined);
  const rest = await enginesOwnRest(engine, { ...cut, model, tokens: TOKENS });
  assert(rest !== '' && text.endsWith(rest), `"${text}" does not end as the engine's: "${rest}"`);
}

import assert from 'node:assert/strict';
import OpenAI from 'openai';

import type { Check, Stand } from '../stand.ts';

type Ask = (client: OpenAI, model: string) => Promise<unknown>;

interface Refusal {
  readonly title: string;
  readonly ask: Ask;
  readonly errors: readonly (typeof OpenAI.NotFoundError | typeof OpenAI.BadRequestError)[];
}

const messages = [{ role: 'user' as const, content: 'Tell me of the old mill.' }];

const refusals: readonly Refusal[] = [
  {
    title: 'embeddings of a model that generates',
    ask: (client, model) => client.embeddings.create({ model, input: 'a river' }),
    errors: [OpenAI.NotFoundError, OpenAI.BadRequestError],
  },
  {
    title: 'a model that nobody serves',
    ask: (client) => client.chat.completions.create({ model: 'nobody', messages }),
    errors: [OpenAI.NotFoundError],
  },
  {
    title: 'a prompt that is longer than the context',
    ask: (client, model) => client.completions.create({ model, prompt: 'river '.repeat(9000) }),
    errors: [OpenAI.BadRequestError],
  },
  {
    title: 'a temperature below 0',
    ask: (client, model) => client.chat.completions.create({ model, messages, temperature: -1 }),
    errors: [OpenAI.BadRequestError],
  },
  {
    title: 'a stream with a temperature below 0',
    ask: (client, model) =>
      client.chat.completions.create({ model, messages, temperature: -1, stream: true }),
    errors: [OpenAI.BadRequestError],
  },
  {
    title: 'messages of the wrong type',
    ask: (client, model) =>
      client.post('/chat/completions', {
        body: { model, messages: [{ role: 'user', content: 5 }] },
      }),
    errors: [OpenAI.BadRequestError],
  },
];

/** Each engine's own refusals, as OpenAI's SDK reads them. */
export const refused: readonly Check[] = refusals.map(({ title, ask, errors }) => ({
  title: `refused with a message: ${title}`,
  async try(stand) {
    const said = new Set<string>();
    // In turns, so that each engine refuses once.
    for (const _ of stand.engines) said.add(await refusalOf(stand, ask, errors));
    return [...said].join(' | ');
  },
}));

async function refusalOf(
  { turns, model }: Stand,
  ask: Ask,
  errors: Refusal['errors'],
): Promise<string> {
  const client = new OpenAI({ baseURL: `${turns.url}/v1`, apiKey: 'None', maxRetries: 0 });
  try {
    await ask(client, model);
  } catch (error) {
    assert(error instanceof OpenAI.APIError);
    assert(
      errors.some((kind) => error instanceof kind),
      `it is a ${error.constructor.name}: ${error.message}`,
    );
    const { message } = error.error as { message: string };
    assert.equal(typeof message, 'string');
    return `${error.status} ${message.slice(0, 90)}`;
  }
  throw new Error('nothing was refused');
}

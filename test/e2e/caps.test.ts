import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { says } from '../support/live/answers.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { postJson } from '../support/live/raw.ts';

const chat = '/v1/chat/completions';
const text = '/v1/completions';
const generate = '/generate';

/** Requests by which an engine was, or could be, brought down or made to call on others; what is wrong, and with which member. */
const harmful: readonly (readonly [what: string, path: string, more: object, param: string])[] = [
  ['choices without end', chat, { n: 1_000_000 }, 'n'],
  ['choices without end', text, { n: 16_384 }, 'n'],
  ['choices of the best', text, { best_of: 1_000_000 }, 'best_of'],
  ['an answer without end', chat, { max_tokens: 1_000_000 }, 'max_tokens'],
  ['an answer without end', chat, { max_completion_tokens: 1e15 }, 'max_completion_tokens'],
  ['a least length without end', text, { min_tokens: 1_000_000 }, 'min_tokens'],
  ['the whole vocabulary', chat, { prompt_logprobs: -1 }, 'prompt_logprobs'],
  ['the whole vocabulary', chat, { logprobs: true, top_logprobs: 1_000_000 }, 'top_logprobs'],
  ['the whole vocabulary', text, { logprobs: 1_000_000 }, 'logprobs'],
  ['many biases', chat, { logit_bias: many(1_025) }, 'logit_bias'],
  ['many stops', text, { stop: Array.from({ length: 17 }, String) }, 'stop'],
  ['a huge pattern', chat, { guided_regex: `(${'a?'.repeat(40_000)})` }, 'guided_regex'],
  ['a huge schema', chat, { response_format: { a: 'x'.repeat(70_000) } }, 'response_format'],
  [
    'a huge grammar',
    chat,
    { structured_outputs: { grammar: 'x'.repeat(70_000) } },
    'structured_outputs',
  ],
  [
    'a huge schema of a tool',
    chat,
    {
      tools: [{ type: 'function', function: { name: 'f', parameters: { a: 'x'.repeat(70_000) } } }],
    },
    'tools',
  ],
  [
    'template arguments',
    chat,
    { chat_template_kwargs: { a: 'x'.repeat(70_000) } },
    'chat_template_kwargs',
  ],
  ['a count that is a text', text, { best_of: '1000000' }, 'best_of'],
  ['a count that is a list', chat, { top_logprobs: [1_000_000] }, 'top_logprobs'],
  ['metadata of the cloud', chat, image('http://169.254.169.254/latest/'), 'image_url'],
  ['a file', chat, image('file:///etc/passwd'), 'image_url'],
  ['a host within', chat, image('http://10.0.0.1:9080/admin/state'), 'image_url'],
  ['a file', generate, { image_data: '/etc/passwd.png' }, 'image_data'],
  ['a file without an extension', generate, { image_data: '/etc/passwd' }, 'image_data'],
  ['a host within', generate, { video_data: ['http://10.0.0.1/'] }, 'video_data'],
  ['choices without end', generate, { sampling_params: { n: 1_000_000 } }, 'sampling_params.n'],
  ['the whole vocabulary', generate, { top_logprobs_num: 1_000_000 }, 'top_logprobs_num'],
  [
    'a huge pattern',
    generate,
    { sampling_params: { regex: 'x'.repeat(65_000 + 600) } },
    'sampling_params',
  ],
];

function many(entries: number): object {
  return Object.fromEntries(Array.from({ length: entries }, (_, index) => [index, 1]));
}

function image(url: string): object {
  const content = [{ type: 'image_url', image_url: { url } }];
  return { messages: [{ role: 'user', content }] };
}

describe('a request that asks an engine for too much', () => {
  let house: LiveHouse;

  beforeAll(async () => {
    house = await aHouse({ replicas: [{ preset: 'sglang-current-8xh100-tp8' }] });
  });

  afterAll(() => house[Symbol.asyncDispose]());

  function post(path: string, more: object): Promise<Response> {
    const { model } = house.replica;
    const asked: Readonly<Record<string, object>> = {
      [chat]: { model, messages: says('a'), max_tokens: 1 },
      [text]: { model, prompt: 'a', max_tokens: 1 },
      [generate]: { text: 'a', sampling_params: { max_new_tokens: 1 } },
    };
    return postJson(`${house.gateway.url}${path}`, { ...asked[path], ...more });
  }

  it.each(harmful)('is refused: %s by %s', async (_what, path, more, param) => {
    const answer = await post(path, more);

    expect(answer.status).toBe(400);
    await expect(answer.json()).resolves.toMatchObject({
      error: { code: 'invalid_request', param },
    });
  });

  it('reaches no engine and takes no place, where one at the bounds is served', async () => {
    const good = await post(chat, { n: 2, stop: ['x'], logit_bias: many(2) });

    expect(good.status).toBe(200);
    await expectAllReleased(house);
    await expect(house.replica.received()).resolves.toHaveLength(1);
  });
});

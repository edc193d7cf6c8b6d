import assert from 'node:assert/strict';

import type { Check } from '../stand.ts';
import { eventsOf, post, postThrough, readJson } from '../stand.ts';

interface Native {
  readonly text: string;
  readonly meta_info: { readonly completion_tokens: number; readonly prompt_tokens: number };
}

const TOKENS = 16;

/** What one kind of engine has and the other has not, or has otherwise. */
export const native: readonly Check[] = [
  {
    title: "SGLang's /generate goes to SGLang alone, whole and streamed",
    async try({ gateway, turns }) {
      const sampling = { temperature: 0, max_new_tokens: TOKENS, ignore_eos: true };
      const body = { text: 'The river ran past', sampling_params: sampling };
      const texts = new Set<string>();
      for (const { url } of [gateway, turns, gateway, turns]) {
        const whole = (await readJson(`${url}/generate`, body)) as Native;
        const events = await eventsOf(await post(`${url}/generate`, { ...body, stream: true }));
        const last = JSON.parse(events.at(-2) ?? '') as Native;
        assert.equal(events.at(-1), '[DONE]');
        assert.equal(whole.meta_info.completion_tokens, TOKENS);
        assert.equal(last.meta_info.completion_tokens, TOKENS);
        texts.add(whole.text).add(last.text);
      }
      assert.equal(texts.size, 1);
      return `${TOKENS} tokens, eight times the same text`;
    },
  },
  {
    title: '/tokenize and /detokenize answer from each replica, and count as usage does',
    async try(stand) {
      const { engines, model } = stand;
      const prompt = 'The river ran past the old mill.';
      const said: string[] = [];
      for (const engine of engines) {
        const answer = await postThrough(stand, engine, '/tokenize', { model, prompt });
        const { tokens } = (await answer.json()) as { tokens: number[] };
        const ask = { model, prompt, max_tokens: 1 };
        const asked = await postThrough(stand, engine, '/v1/completions', ask);
        const { usage } = (await asked.json()) as { usage: { prompt_tokens: number } };
        assert.equal(tokens.length, usage.prompt_tokens);
        const back = await postThrough(stand, engine, '/detokenize', { model, tokens });
        assert.ok(JSON.stringify(await back.json()).includes(prompt));
        said.push(`${engine.kind} ${tokens.length} tokens`);
      }
      return [...new Set(said)].join(', ');
    },
  },
  {
    title: "a benchmark client's first questions are answered, and a flush reaches every replica",
    async try({ gateway, engines }) {
      const info = (await readJson(`${gateway.url}/get_model_info`)) as { model_path: string };
      assert.ok(info.model_path);
      const server = (await readJson(`${gateway.url}/server_info`)) as { version: string };
      assert.ok(server.version);
      const flushed = (await readJson(`${gateway.url}/flush_cache`, {})) as Record<string, number>;
      assert.deepEqual(Object.keys(flushed).toSorted(), engines.map(({ id }) => id).toSorted());
      return JSON.stringify(flushed);
    },
  },
];

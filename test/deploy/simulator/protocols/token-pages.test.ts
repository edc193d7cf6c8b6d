import { describe, expect, it } from 'vitest';
import type { PlainAnswer } from '../../../../deploy/simulator/plain-answer.ts';
import type { Page } from '../../../../deploy/simulator/protocols/protocol.ts';
import {
  detokenizePage,
  tokenizePage,
} from '../../../../deploy/simulator/protocols/token-pages.ts';
import { tokenize } from '../../../../deploy/simulator/tokens.ts';
import { wordList } from '../../../../deploy/simulator/word-table.ts';
import { aReplicaView, refusalOf } from '../../../support/simulator.ts';

const tokenizer = tokenizePage((tokens, max) => ({ tokens, count: tokens.length, max }));

function ask(page: Page, body: unknown): PlainAnswer {
  const request = { query: new URLSearchParams(), body: JSON.stringify(body), name: '' };
  const answer = page(aReplicaView(), request);
  if (answer instanceof Promise) throw new Error('it is to answer at once');
  return answer;
}

function told(page: Page, body: unknown): unknown {
  return JSON.parse(ask(page, body).body);
}

describe('the tokenizer page', () => {
  it('tells the ids of a prompt, and the context', () => {
    expect(told(tokenizer, { prompt: 'able about' })).toEqual({
      tokens: tokenize('able about'),
      count: 2,
      max: 8192,
    });
  });

  it('tells the ids of a conversation as a chat would count them', () => {
    expect(told(tokenizer, { messages: [{ role: 'user', content: 'able about' }] })).toMatchObject({
      count: 5,
    });
  });

  it('refuses what is neither', () => {
    expect(refusalOf(() => ask(tokenizer, { model: 'm' }))).toMatchObject({
      kind: 'missing-field',
      field: 'prompt',
    });
  });
});

describe('the detokenizer page', () => {
  it.each(['prompt', 'text'] as const)('tells the text under the name %s', (name) => {
    expect(told(detokenizePage(name), { tokens: [256, 1] })).toEqual({ [name]: 'able about' });
  });

  it('gives back every text of the word list', () => {
    const text = wordList.join(' ');
    const { tokens } = told(tokenizer, { prompt: text }) as { tokens: readonly number[] };

    expect(told(detokenizePage('text'), { tokens })).toEqual({ text });
  });

  it('refuses what has no ids', () => {
    const page = detokenizePage('text');

    expect(refusalOf(() => ask(page, {}))).toMatchObject({ field: 'tokens' });
    expect(refusalOf(() => ask(page, { tokens: ['able'] }))).toEqual({
      kind: 'bad-type',
      field: 'tokens',
      expected: 'list',
      found: ['able'],
    });
  });
});

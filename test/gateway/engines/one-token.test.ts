import { describe, expect, it } from 'vitest';

import { askForToken } from '../../../gateway/engines/one-token.ts';

const never = new AbortController().signal;

describe('an engine that is asked for a token', () => {
  it('is asked in a way that each engine knows, for one token and no more', async () => {
    const asked: unknown[] = [];
    await askForToken(
      async (path, json) => {
        asked.push(path, JSON.parse(json));
        return { status: 200, body: '{}' };
      },
      'llama',
      never,
    );
    expect(asked).toEqual([
      '/v1/completions',
      { model: 'llama', prompt: '1', max_tokens: 1, temperature: 0 },
    ]);
  });

  it.each([
    [200, 'token'],
    [400, 'refusal'],
    [401, 'refusal'],
    [403, 'refusal'],
    [404, 'refusal'],
    [405, 'refusal'],
    [422, 'refusal'],
    [501, 'refusal'],
    [429, 'postponed'],
    [500, 'postponed'],
    [502, 'postponed'],
    [503, 'postponed'],
  ] as const)('and answers %i gives a %s', async (status, answer) => {
    const post = async () => ({ status, body: '' });
    await expect(askForToken(post, 'llama', never)).resolves.toBe(answer);
  });

  it('and breaks the connection, or is given up, is silent', async () => {
    const post = () => Promise.reject(new Error('reset'));
    await expect(askForToken(post, 'llama', never)).resolves.toBe('silence');
  });
});

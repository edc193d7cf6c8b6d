import { describe, expect, it } from 'vitest';
import { askDecisions } from '../../../gateway/cli/ask-decisions.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';
import type { FetchText } from '../../../gateway/wire/text-client.ts';
import { aDecisionPage } from '../../support/decision-pages.ts';

const adminUrl = 'http://127.0.0.1:9080';

/** Asks a port that answers so. */
function ask(status: number, body: unknown, adminKey?: string) {
  const asked: { readonly url: string; readonly headers: Readonly<Record<string, string>> }[] = [];
  const fetchText: FetchText = (url, { headers }) => {
    asked.push({ url, headers });
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return Promise.resolve({ status, headers: {}, body: text });
  };
  return { asked, answer: askDecisions('a/b', { adminUrl, adminKey, fetchText }) };
}

describe('asking a gateway for the decisions on a request', () => {
  it('asks for them by id, with the key where there is one', async () => {
    const page = aDecisionPage();
    const { asked, answer } = ask(200, { decisions: [page] }, 'sesame');

    await expect(answer).resolves.toEqual([page]);
    expect(asked).toEqual([
      { url: `${adminUrl}/admin/decisions/a%2Fb`, headers: { authorization: 'Bearer sesame' } },
    ]);
    expect(ask(200, { decisions: [] }).asked[0]?.headers).toEqual({});
  });

  it('asks for a key where one is missing or wrong', async () => {
    const missing = ask(401, {}).answer;
    await expect(missing).rejects.toThrow(UsageError);
    await expect(missing).rejects.toThrow(
      /asks for its admin key: .* --admin-key, or in GATEWAY_ADMIN_KEY/u,
    );
    await expect(ask(401, {}, 'wrong').answer).rejects.toThrow('does not take this admin key');
  });

  it('says where to look for an id that is not known', async () => {
    const message = 'No decision on a is among the last 8.';
    const { answer } = ask(404, { error: { message } });

    await expect(answer).rejects.toThrow(`${message} Older ones are forgotten`);
    await expect(answer).rejects.toThrow(`${adminUrl}/admin/decisions lists what this one knows`);
  });

  it.each([
    ['a data port', 404, { error: { message: 'There is no GET /admin/decisions here.' } }],
    ['something else', 200, '<html>'],
    ['something that answers null', 200, 'null'],
    ['something that fails', 500, ''],
  ])('does not take %s for an admin port', async (_what, status, body) => {
    await expect(ask(status, body).answer).rejects.toThrow(
      `answered ${status} and no decisions: --admin-url has to name the admin port`,
    );
  });

  it('names the reason where nobody answers', async () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const failing = (cause: Error): FetchText => {
      return () => Promise.reject(cause);
    };
    const answerOf = (cause: Error) =>
      askDecisions('a', { adminUrl, adminKey: undefined, fetchText: failing(cause) });

    await expect(answerOf(refused)).rejects.toThrow(
      `No gateway answers at ${adminUrl} (ECONNREFUSED): see whether it is up; --admin-url names another`,
    );
    await expect(answerOf(new Error('late'))).rejects.toThrow('(late)');
  });
});

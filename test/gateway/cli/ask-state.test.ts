import { describe, expect, it } from 'vitest';
import { askState } from '../../../gateway/cli/ask-state.ts';
import { aHouseState } from '../../support/house-states.ts';

const adminUrl = 'http://127.0.0.1:9080';

function ask(status: number, body: string) {
  const urls: string[] = [];
  const fetchText = (url: string) => {
    urls.push(url);
    return Promise.resolve({ status, headers: {}, body });
  };
  return { urls, answer: askState(7, { adminUrl, adminKey: undefined, fetchText }) };
}

describe('asking a gateway how it stands', () => {
  it('asks for as many requests as can be shown', async () => {
    const state = aHouseState();
    const { urls, answer } = ask(200, JSON.stringify(state));

    await expect(answer).resolves.toEqual(state);
    expect(urls).toEqual([`${adminUrl}/admin/state?requests=7`]);
  });

  it.each([
    ['a data port', 404, '{"error":{}}'],
    ['something else', 200, '<html>'],
    ['something that answers null', 200, 'null'],
  ])('does not take %s for an admin port', async (_what, status, body) => {
    await expect(ask(status, body).answer).rejects.toThrow(`answered ${status} and no state`);
  });
});

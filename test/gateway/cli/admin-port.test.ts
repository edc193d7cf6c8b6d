import { describe, expect, it } from 'vitest';

import { askAdmin, noAdminPort } from '../../../gateway/cli/admin-port.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';
import type { FetchText } from '../../../gateway/wire/text-client.ts';

const adminUrl = 'http://127.0.0.1:9080';

function answering(status: number, asked: unknown[] = []): FetchText {
  return (url, { headers, body }) => {
    asked.push({ url, headers, body });
    return Promise.resolve({ status, headers: {}, body: '{}' });
  };
}

describe('the admin port, when it is asked', () => {
  it('gets the path, the key where there is one, and the body where there is one', async () => {
    const asked: unknown[] = [];
    const fetchText = answering(200, asked);
    await askAdmin('/a', { adminUrl, adminKey: 'sesame', fetchText });
    await askAdmin('/b', { adminUrl, adminKey: undefined, fetchText }, '{}');
    expect(asked).toEqual([
      { url: `${adminUrl}/a`, headers: { authorization: 'Bearer sesame' }, body: undefined },
      { url: `${adminUrl}/b`, headers: {}, body: '{}' },
    ]);
  });

  it('asks for its key as a mistake of the caller', async () => {
    const port = { adminUrl, adminKey: undefined, fetchText: answering(401) };
    await expect(askAdmin('/a', port)).rejects.toThrow(UsageError);
    await expect(askAdmin('/a', port)).rejects.toThrow('asks for its admin key');
    const wrong = { ...port, adminKey: 'x' };
    await expect(askAdmin('/a', wrong)).rejects.toThrow('does not take this admin key');
  });

  it('that lets no such name in without a key says so', async () => {
    const port = { adminUrl, adminKey: undefined, fetchText: answering(403) };
    await expect(askAdmin('/a', port)).rejects.toThrow(UsageError);
    await expect(askAdmin('/a', port)).rejects.toThrow('by its address or as localhost');
  });

  it('that is not there is named, with why', async () => {
    const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const port = { adminUrl, adminKey: undefined, fetchText: () => Promise.reject(cause) };
    await expect(askAdmin('/a', port)).rejects.toThrow(
      `No gateway answers at ${adminUrl} (ECONNREFUSED)`,
    );
  });

  it('that is none is said to be none', () => {
    const port = { adminUrl, adminKey: undefined, fetchText: answering(200) };
    expect(noAdminPort(port, 200, 'no page').message).toMatch(
      /answered 200 and no page: --admin-url has to name the admin port/,
    );
  });
});

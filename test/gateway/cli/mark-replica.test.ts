import { describe, expect, it } from 'vitest';

import { markReplica } from '../../../gateway/cli/mark-replica.ts';
import type { FetchText } from '../../../gateway/wire/text-client.ts';

const adminUrl = 'http://127.0.0.1:9080';

function port(status: number, body = '{}', asked: string[] = []) {
  const fetchText: FetchText = (url, options) => {
    asked.push(`${options.body === undefined ? 'GET' : 'POST'} ${url}`);
    return Promise.resolve({ status, headers: {}, body });
  };
  return { adminUrl, adminKey: undefined, fetchText };
}

describe('marking a replica', () => {
  it('posts the mark to its gateway', async () => {
    const asked: string[] = [];
    await markReplica('127.0.0.1:30000', 'drain', port(200, '{}', asked));
    expect(asked).toEqual([`POST ${adminUrl}/admin/replicas/127.0.0.1%3A30000/drain`]);
  });

  it('that its gateway does not know says where the names stand', async () => {
    const unknown = port(404, '{"error":{"message":"There is no replica a: …"}}');
    await expect(markReplica('a', 'undrain', unknown)).rejects.toThrow(
      `has no replica a: ${adminUrl}/admin/replicas lists them`,
    );
  });

  it.each([404, 405, 500])('does not take what answers %i for an admin port', async (status) => {
    await expect(markReplica('a', 'drain', port(status, 'There is no POST'))).rejects.toThrow(
      `answered ${status} and marks no replica: --admin-url has to name the admin port`,
    );
  });
});

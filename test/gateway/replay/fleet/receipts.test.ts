import { describe, expect, it } from 'vitest';
import { worstReceipts } from '../../../../gateway/replay/fleet/receipts.ts';
import type { FetchText } from '../../../../gateway/wire/text-client.ts';
import { aResult } from '../builders.ts';

const page = {
  replica: 'replica-0',
  refusal: null,
  wait: { ms: 20, servedRequests: 3, lacked: 'turn' },
  candidates: [
    { replica: 'replica-0', seconds: { 'prefill-wait': 0.1 }, totalSeconds: 0.1, loadAgeMs: 5 },
    { replica: 'replica-1', seconds: { 'prefill-wait': 0.4 }, totalSeconds: 0.4, loadAgeMs: 5 },
  ],
  dropped: [{ replica: 'replica-2', filter: 'head-room' }],
};

/** A gateway that answers every question in one way, and who asked. */
function answering(status: number, body: string) {
  const asked: { url: string; authorization: string | undefined }[] = [];
  const fetchText: FetchText = (url, { headers }) => {
    asked.push({ url, authorization: headers['authorization'] });
    return Promise.resolve({ status, headers: {}, body });
  };
  return { asked, fetchText };
}

const adminUrl = 'http://admin.test:9';
const results = [aResult({ requestId: 'a/b' }), aResult({ index: 1 })];

describe('the receipts of the worst requests', () => {
  it('are asked for by the id that the gateway gave, and told at speed 1', async () => {
    const { asked, fetchText } = answering(200, JSON.stringify({ decisions: [page] }));

    const receipts = await worstReceipts(results, { adminUrl, fetchText, speed: 3 });

    expect(asked).toEqual([{ url: `${adminUrl}/admin/decisions/a%2Fb`, authorization: undefined }]);
    expect(receipts.get('a/b')).toEqual([
      {
        replica: 'replica-0',
        refusal: undefined,
        waitMs: 60,
        servedRequests: 3,
        costsMs: new Map([['prefill-wait', expect.closeTo(300)]]),
        candidates: [
          { replica: 'replica-0', costMs: expect.closeTo(300) },
          { replica: 'replica-1', costMs: expect.closeTo(1200) },
        ],
        dropped: [{ replica: 'replica-2', filter: 'head-room' }],
      },
    ]);
  });

  it('show the admin key where there is one', async () => {
    const { asked, fetchText } = answering(401, '{}');

    await worstReceipts(results, { adminUrl, adminKey: 'k', fetchText, speed: 1 });

    expect(asked[0]?.authorization).toBe('Bearer k');
  });

  it('of a request that was refused have no costs', async () => {
    const refused = { ...page, replica: null, refusal: 'saturated', candidates: [] };
    const { fetchText } = answering(200, JSON.stringify({ decisions: [refused] }));

    const receipts = await worstReceipts(results, { adminUrl, fetchText, speed: 1 });

    expect(receipts.get('a/b')?.[0]).toMatchObject({ replica: undefined, refusal: 'saturated' });
    expect(receipts.get('a/b')?.[0]?.costsMs.size).toBe(0);
  });

  it.each([
    [404, '{"error": {"message": "No decision"}}'],
    [200, '{"decisions": []}'],
    [200, 'no JSON'],
    [200, '{"decisions": [{}]}'],
  ])('are none of an answer %i %s', async (status, body) => {
    const { fetchText } = answering(status, body);

    expect((await worstReceipts(results, { adminUrl, fetchText, speed: 1 })).size).toBe(0);
  });

  it('are not asked for again of a gateway that does not answer', async () => {
    let questions = 0;
    const fetchText: FetchText = () => {
      questions += 1;
      return Promise.reject(new Error('gone'));
    };
    const all = [aResult({ requestId: 'a' }), aResult({ index: 1, requestId: 'b' })];

    expect((await worstReceipts(all, { adminUrl, fetchText, speed: 1 })).size).toBe(0);
    expect(questions).toBe(1);
  });
});

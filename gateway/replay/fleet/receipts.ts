import { z } from 'zod';

import type { FetchText } from '../../wire/text-client.ts';
import type { RequestDecision } from '../replay-run.ts';
import type { RequestResult } from '../request-result.ts';
import { worstRequests } from '../worst-requests.ts';

/** Where a gateway's decisions are asked for. */
export interface ReceiptSource {
  readonly adminUrl: string;
  /** Of an admin port that asks for one. */
  readonly adminKey?: string | undefined;
  readonly fetchText: FetchText;
  /** Milliseconds of the run in one wall millisecond. */
  readonly speed: number;
}

/** What is read of a page of `/admin/decisions/{request-id}`. */
const decisionPage = z.object({
  replica: z.string().nullable(),
  refusal: z.string().nullable(),
  wait: z.object({ ms: z.number(), servedRequests: z.number() }),
  candidates: z.array(
    z.object({
      replica: z.string(),
      seconds: z.record(z.string(), z.number()),
      totalSeconds: z.number(),
    }),
  ),
  dropped: z.array(z.object({ replica: z.string(), filter: z.string() })),
});
const decisionsPage = z.object({ decisions: z.array(decisionPage) });

/** A page is made in milliseconds, also on a busy machine. */
const PAGE_MS_MAX = 5000;

/** The decisions of a gateway on the worst requests, by request id; what it does not remember is left out. */
export async function worstReceipts(
  results: readonly RequestResult[],
  source: ReceiptSource,
): Promise<ReadonlyMap<string, readonly RequestDecision[]>> {
  const receipts = new Map<string, readonly RequestDecision[]>();
  const requestIds = worstRequests(results).flatMap(({ result }) => result.requestId ?? []);
  try {
    for (const requestId of requestIds) {
      const decisions = await readDecisions(requestId, source);
      if (decisions.length > 0) receipts.set(requestId, decisions);
    }
  } catch {
    // A run stands without them, and who does not answer once is not asked again.
  }
  return receipts;
}

async function readDecisions(
  requestId: string,
  { adminUrl, adminKey, fetchText, speed }: ReceiptSource,
): Promise<readonly RequestDecision[]> {
  const headers: Readonly<Record<string, string>> =
    adminKey === undefined ? {} : { authorization: `Bearer ${adminKey}` };
  const signal = AbortSignal.timeout(PAGE_MS_MAX);
  const url = `${adminUrl}/admin/decisions/${encodeURIComponent(requestId)}`;
  const { status, body } = await fetchText(url, { headers, signal });
  if (status !== 200) return [];
  return decisionsPage.parse(JSON.parse(body)).decisions.map((page) => decisionOf(page, speed));
}

function decisionOf(page: z.infer<typeof decisionPage>, speed: number): RequestDecision {
  const { replica, refusal, wait, candidates, dropped } = page;
  const asMs = (seconds: number): number => seconds * 1000 * speed;
  const picked = candidates.find((each) => each.replica === replica);
  return {
    replica: replica ?? undefined,
    refusal: refusal ?? undefined,
    waitMs: wait.ms * speed,
    servedRequests: wait.servedRequests,
    costsMs: new Map(
      Object.entries(picked?.seconds ?? {}).map(([name, seconds]) => [name, asMs(seconds)]),
    ),
    candidates: candidates.map((each) => ({
      replica: each.replica,
      costMs: asMs(each.totalSeconds),
    })),
    dropped,
  };
}

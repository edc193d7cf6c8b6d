import type { DecisionPage } from '../../decision-shapes.ts';
import type { RequestPage } from './model/request-page.ts';

/** Where the key is kept: this tab alone, until it is closed. */
const KEY_ITEM = 'numagate.admin-key';

/** Keeps the admin key for this tab. */
export function keepKey(key: string): void {
  sessionStorage.setItem(KEY_ITEM, key);
}

/** Whether a key has been given. */
export function hasKey(): boolean {
  return sessionStorage.getItem(KEY_ITEM) !== null;
}

/** Opens the stream of events. The key goes in a header: an address ends up in logs and histories. */
export function openLive(signal: AbortSignal): Promise<Response> {
  return ask('live', signal);
}

/** An open request; `undefined` where it has ended. */
export async function fetchRequest(
  id: string,
  signal: AbortSignal,
): Promise<RequestPage | undefined> {
  const answer = await ask(`requests/${encodeURIComponent(id)}`, signal);
  return answer.ok ? ((await answer.json()) as RequestPage) : undefined;
}

/** The decisions on a request, the first one first; none where they are forgotten. */
export async function fetchDecisions(
  id: string,
  signal: AbortSignal,
): Promise<readonly DecisionPage[]> {
  const answer = await ask(`decisions/${encodeURIComponent(id)}`, signal);
  if (!answer.ok) return [];
  const { decisions } = (await answer.json()) as { readonly decisions: readonly DecisionPage[] };
  return decisions;
}

function ask(path: string, signal: AbortSignal): Promise<Response> {
  const key = sessionStorage.getItem(KEY_ITEM);
  const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  return fetch(path, { headers, signal, cache: 'no-store', redirect: 'error' });
}

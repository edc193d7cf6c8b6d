/** A replica as the admin port of a gateway tells it, as far as it is read here. */
export interface AdminReplica {
  readonly id: string;
  readonly state: string;
  /** Why it is in that state, where the gateway knows. */
  readonly stateReason?: string | null;
  readonly inFlight: { readonly requests: number };
  readonly load: { readonly kvCacheUsage?: number } | null;
}

/** The admin port of one gateway. */
export interface AdminDoor {
  readonly url: string;
  readonly key: string | undefined;
}

/** A page is made in milliseconds, also on a busy machine. */
const PAGE_MS_MAX = 10_000;

/** The replicas of a gateway. Rejects where it does not tell them. */
export async function adminReplicas(door: AdminDoor): Promise<readonly AdminReplica[]> {
  const answer = await ask(door, 'GET', '/admin/replicas');
  return (await answer.json()) as readonly AdminReplica[];
}

/** Marks a replica as drained, or takes the mark back: a drained one gets no new request. Rejects where that cannot be. */
export async function markReplica(
  door: AdminDoor,
  id: string,
  mark: 'drain' | 'undrain',
): Promise<void> {
  await ask(door, 'POST', `/admin/replicas/${encodeURIComponent(id)}/${mark}`);
}

async function ask({ url, key }: AdminDoor, method: string, path: string): Promise<Response> {
  const headers: Readonly<Record<string, string>> =
    key === undefined ? {} : { authorization: `Bearer ${key}` };
  const signal = AbortSignal.timeout(PAGE_MS_MAX);
  const answer = await fetch(`${url}${path}`, { method, headers, signal }).catch(
    (cause: unknown) => {
      throw new Error(`No gateway answers at ${url}: --admin-url names another admin port.`, {
        cause,
      });
    },
  );
  if (answer.ok) return answer;
  const hint = HINTS[answer.status] ?? '';
  throw new Error(`${url} answers ${answer.status} to ${method} ${path}${hint}.`);
}

const HINTS: Readonly<Record<number, string>> = {
  401: ': give its admin key with --admin-key',
  403: ': without an admin key it is asked by its address or as localhost alone',
};

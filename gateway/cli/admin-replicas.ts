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
  const answer = await ask(door, '/admin/replicas');
  return (await answer.json()) as readonly AdminReplica[];
}

async function ask({ url, key }: AdminDoor, path: string): Promise<Response> {
  const headers: Readonly<Record<string, string>> =
    key === undefined ? {} : { authorization: `Bearer ${key}` };
  const signal = AbortSignal.timeout(PAGE_MS_MAX);
  const answer = await fetch(`${url}${path}`, { headers, signal }).catch((cause: unknown) => {
    throw new Error(`No gateway answers at ${url}: --admin-url names another admin port.`, {
      cause,
    });
  });
  if (answer.ok) return answer;
  const hint = HINTS[answer.status] ?? '';
  throw new Error(`${url} answers ${answer.status} to GET ${path}${hint}.`);
}

const HINTS: Readonly<Record<number, string>> = {
  401: ': give its admin key with --admin-key',
  403: ': without an admin key it is asked by its address or as localhost alone',
};

import type { FetchText, TextAnswer } from '../wire/text-client.ts';
import { UsageError } from './usage-error.ts';

/** Whom to ask, and how. */
export interface AdminPort {
  readonly adminUrl: string;
  readonly adminKey: string | undefined;
  readonly fetchText: FetchText;
}

/** A page is made in milliseconds, also on a busy machine. */
const PAGE_MS_MAX = 10_000;

/** Gets a page of the admin port, or posts JSON to it. Rejects with what to do next where no gateway answers or the key is wrong. */
export async function askAdmin(path: string, port: AdminPort, body?: string): Promise<TextAnswer> {
  const { adminUrl, adminKey, fetchText } = port;
  const headers: Readonly<Record<string, string>> =
    adminKey === undefined ? {} : { authorization: `Bearer ${adminKey}` };
  try {
    const signal = AbortSignal.timeout(PAGE_MS_MAX);
    const answer = await fetchText(`${adminUrl}${path}`, { headers, signal, body });
    if (answer.status === 401) throw keyNeeded(port);
    if (answer.status === 403) throw nameRefused(port);
    return answer;
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new Error(
      `No gateway answers at ${adminUrl} (${reasonOf(cause)}): see whether it is up; ` +
        '--admin-url names another admin port.',
      { cause },
    );
  }
}

/** What answers is no admin port of a gateway. */
export function noAdminPort({ adminUrl }: AdminPort, status: number, what: string): Error {
  return new Error(
    `${adminUrl} answered ${status} and ${what}: --admin-url has to name the ` +
      'admin port of a gateway (9080 unless set), not its data port.',
  );
}

function keyNeeded({ adminUrl, adminKey }: AdminPort): UsageError {
  const what = adminKey === undefined ? 'asks for its admin key' : 'does not take this admin key';
  return new UsageError(
    `${adminUrl} ${what}: give the key whose SHA-256 is admin.keySha256 with --admin-key, ` +
      'or in GATEWAY_ADMIN_KEY.',
  );
}

function nameRefused({ adminUrl }: AdminPort): UsageError {
  return new UsageError(
    `${adminUrl} has no admin key, and is asked by its address or as localhost alone: name that with --admin-url, or ` +
      'set admin.keySha256.',
  );
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code }: Error & { readonly code?: string } = cause;
  return code ?? cause.message;
}

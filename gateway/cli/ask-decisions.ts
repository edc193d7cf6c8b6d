import type { DecisionPage } from '../server/decision-page.ts';
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

/** The decisions on a request, as its gateway remembers them. Rejects with what to do next where it tells none. */
export async function askDecisions(
  requestId: string,
  port: AdminPort,
): Promise<readonly DecisionPage[]> {
  const answer = await ask(`/admin/decisions/${encodeURIComponent(requestId)}`, port);
  if (answer.status === 401) throw keyNeeded(port);
  const { decisions, error } = parsed(answer.body);
  if (answer.status === 200 && decisions !== undefined) return decisions;
  if (answer.status === 404 && error?.message?.startsWith('No decision') === true) {
    throw new Error(
      `${error.message} Older ones are forgotten, and each gateway knows its own alone: ` +
        `${port.adminUrl}/admin/decisions lists what this one knows, and its log has the rest.`,
    );
  }
  throw new Error(
    `${port.adminUrl} answered ${answer.status} and no decisions: --admin-url has to name the ` +
      'admin port of a gateway (9080 unless set), not its data port.',
  );
}

async function ask(
  path: string,
  { adminUrl, adminKey, fetchText }: AdminPort,
): Promise<TextAnswer> {
  const headers: Readonly<Record<string, string>> =
    adminKey === undefined ? {} : { authorization: `Bearer ${adminKey}` };
  try {
    const signal = AbortSignal.timeout(PAGE_MS_MAX);
    return await fetchText(`${adminUrl}${path}`, { headers, signal });
  } catch (cause) {
    throw new Error(
      `No gateway answers at ${adminUrl} (${reasonOf(cause)}): see whether it is up; ` +
        '--admin-url names another admin port.',
      { cause },
    );
  }
}

function keyNeeded({ adminUrl, adminKey }: AdminPort): UsageError {
  const what = adminKey === undefined ? 'asks for its admin key' : 'does not take this admin key';
  return new UsageError(
    `${adminUrl} ${what}: give the key whose SHA-256 is admin.keySha256 with --admin-key, ` +
      'or in GATEWAY_ADMIN_KEY.',
  );
}

interface Body {
  readonly decisions?: readonly DecisionPage[];
  readonly error?: { readonly message?: string };
}

function parsed(text: string): Body {
  try {
    return (JSON.parse(text) as Body | null) ?? {};
  } catch {
    // Whoever answered, it is no gateway.
    return {};
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code }: Error & { readonly code?: string } = cause;
  return code ?? cause.message;
}

import type { DecisionPage } from '../server/decision-shapes.ts';
import type { AdminPort } from './admin-port.ts';
import { askAdmin, noAdminPort } from './admin-port.ts';

/** The decisions on a request, as its gateway remembers them. Rejects with what to do next where it tells none. */
export async function askDecisions(
  requestId: string,
  port: AdminPort,
): Promise<readonly DecisionPage[]> {
  const answer = await askAdmin(`/admin/decisions/${encodeURIComponent(requestId)}`, port);
  const { decisions, error } = parsed(answer.body);
  if (answer.status === 200 && decisions !== undefined) return decisions;
  if (answer.status === 404 && error?.message?.startsWith('No decision') === true) {
    throw new Error(
      `${error.message} Older ones are forgotten, and each gateway knows its own alone: ` +
        `${port.adminUrl}/admin/decisions lists what this one knows, and its log has the rest.`,
    );
  }
  throw noAdminPort(port, answer.status, 'no decisions');
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

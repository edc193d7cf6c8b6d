import { Command } from 'commander';

import { openTextClient } from '../wire/text-client.ts';
import { origin } from './arguments.ts';
import { askDecisions } from './ask-decisions.ts';
import { explanation } from './explanation.ts';
import { say } from './output.ts';

interface ExplainFlags {
  readonly adminUrl: string;
  readonly adminKey?: string;
  readonly json?: boolean;
}

const CONNECT_MS_MAX = 5_000;
/** Decisions on one request over a thousand replicas are some 4 MB. */
const PAGE_BYTES_MAX = 32 * 2 ** 20;

/** `gateway explain`: why a request went where it went, and what came of it. */
export function explainCommand(): Command {
  return new Command('explain')
    .description(
      'Tell why a request went where it went: every candidate with its costs, who\n' +
        'was left out and why, what it waited for, and what came of it.',
    )
    .argument('<request-id>', 'the x-request-id of its answer, or request_id in the log')
    .option('--admin-url <url>', "the gateway's admin port", origin, 'http://127.0.0.1:9080')
    .option('--admin-key <key>', 'the admin key; without it GATEWAY_ADMIN_KEY is taken')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  gateway explain 2f1c9a70-6a0e-4b6e-9a55-7d3c1a52c0de')
    .action(explain);
}

async function explain(requestId: string, flags: ExplainFlags): Promise<void> {
  const client = openTextClient({ connectMs: CONNECT_MS_MAX, bodyBytesMax: PAGE_BYTES_MAX });
  try {
    const decisions = await askDecisions(requestId, {
      adminUrl: flags.adminUrl,
      adminKey: flags.adminKey ?? process.env['GATEWAY_ADMIN_KEY'],
      fetchText: client.fetchText,
    });
    say(flags.json === true ? JSON.stringify({ decisions }, null, 2) : explanation(decisions));
  } finally {
    await client.close();
  }
}

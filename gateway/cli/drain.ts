import { Command } from 'commander';

import { openTextClient } from '../wire/text-client.ts';
import { origin } from './arguments.ts';
import type { ReplicaMark } from './mark-replica.ts';
import { markReplica } from './mark-replica.ts';
import { say } from './output.ts';

interface DrainFlags {
  readonly adminUrl: string;
  readonly adminKey?: string;
}

const CONNECT_MS_MAX = 5_000;
const PAGE_BYTES_MAX = 64 * 1024;

/** `gateway drain`: a replica gets nothing more and finishes what it has, so that it can be taken down. */
export function drainCommand(): Command {
  return markCommand('drain', {
    description:
      'Give a replica no more requests: it finishes what it has, and can then be\n' +
      'taken down. The mark stays, also over a restart of the replica, until\n' +
      '`gateway undrain` or the end of the gateway.',
    done: (id) => `${id} is drained: it gets nothing more until gateway undrain ${id}`,
  });
}

/** `gateway undrain`: a replica that was drained gets requests again. */
export function undrainCommand(): Command {
  return markCommand('undrain', {
    description: 'Give a replica requests again that was drained by `gateway drain`.',
    done: (id) => `${id} gets requests again, as soon as it is ready`,
  });
}

interface MarkWords {
  readonly description: string;
  readonly done: (id: string) => string;
}

function markCommand(mark: ReplicaMark, { description, done }: MarkWords): Command {
  return new Command(mark)
    .description(description)
    .argument('<replica>', 'its id, as GET /admin/replicas names it; host and port unless set')
    .option('--admin-url <url>', "the gateway's admin port", origin, 'http://127.0.0.1:9080')
    .option('--admin-key <key>', 'the admin key; without it GATEWAY_ADMIN_KEY is taken')
    .addHelpText('after', `\nExample:\n  gateway ${mark} 127.0.0.1:30000`)
    .action(async (id: string, { adminUrl, adminKey }: DrainFlags) => {
      const client = openTextClient({ connectMs: CONNECT_MS_MAX, bodyBytesMax: PAGE_BYTES_MAX });
      try {
        await markReplica(id, mark, {
          adminUrl,
          adminKey: adminKey ?? process.env['GATEWAY_ADMIN_KEY'],
          fetchText: client.fetchText,
        });
        say(done(id));
      } finally {
        await client.close();
      }
    });
}

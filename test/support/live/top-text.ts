import { setTimeout as pause } from 'node:timers/promises';

import { askState } from '../../../gateway/cli/ask-state.ts';
import { topFrame } from '../../../gateway/cli/top-frame.ts';
import { openTextClient } from '../../../gateway/wire/text-client.ts';

const SIZE = { columns: 110, rows: 30, hasColours: true };

/** What `gateway top` shows of a running gateway in a terminal with colours. */
export async function topText(adminUrl: string): Promise<string> {
  const client = openTextClient({ connectMs: 5_000, bodyBytesMax: 32 * 2 ** 20 });
  const port = { adminUrl, adminKey: undefined, fetchText: client.fetchText };
  try {
    // Rates are told from one look to the next.
    await askState(0, port);
    await pause(1_000);
    return topFrame(await askState(12, port), SIZE).join('\n');
  } finally {
    await client.close();
  }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { rereadSettings } from '../../../gateway/cli/reread-settings.ts';

/** A thread takes half a second to come up on a busy machine. */
const THREAD_MS_MAX = 30_000;

describe('settings that are read again', { timeout: THREAD_MS_MAX }, () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'numagate-reread-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  function aFile(text: string): string {
    const file = join(folder, 'gateway.yaml');
    writeFileSync(file, text);
    return file;
  }

  it('come from flags, file and environment as at the start', async () => {
    const config = aFile('replicas: [{ url: "http://a:1", apiKey: "${KEY}" }]');
    const flags = { config, port: 7 };

    const read = await rereadSettings({ flags, environment: { KEY: 'secret' } });

    expect(read.replicas).toMatchObject([{ id: 'a:1', apiKey: 'secret' }]);
    expect(read.listen.port).toBe(7);
  });

  it('are refused with a line for all that is wrong', async () => {
    const config = aFile('listen: { port: x }\nreplicas: []\nzzz: 1\n');

    await expect(rereadSettings({ flags: { config }, environment: {} })).rejects.toThrow(
      /gateway\.yaml:1:11: .*\n.*gateway\.yaml:2:1: .*\n.*gateway\.yaml:3:1: /,
    );
  });

  it('are given up where they take too long', async () => {
    const flags = { config: aFile('replicas: [{ url: "http://a:1" }]') };

    await expect(rereadSettings({ flags, environment: {} }, 1)).rejects.toThrow(
      'the settings could not be read in time',
    );
  });
});

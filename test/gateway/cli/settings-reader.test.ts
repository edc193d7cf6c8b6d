import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { describe, expect, it } from 'vitest';

import type { ReaderInput, ReaderOutput } from '../../../gateway/cli/settings-reader.ts';

const file = new URL('../../../gateway/cli/settings-reader.ts', import.meta.url);

async function said(input: ReaderInput): Promise<ReaderOutput> {
  const worker = new Worker(file, { workerData: input });
  const [output] = (await once(worker, 'message')) as [ReaderOutput];
  await worker.terminate();
  return output;
}

describe('a reader of settings', { timeout: 30_000 }, () => {
  it('says what it read', async () => {
    const output = await said({ flags: { replica: ['http://a:1'] }, environment: {} });

    expect(output).toMatchObject({ kind: 'read', config: { replicas: [{ id: 'a:1' }] } });
  });

  it('says what is wrong', async () => {
    const output = await said({ flags: {}, environment: {} });

    expect(output.kind).toBe('wrong');
    expect(output).toMatchObject({ message: expect.stringContaining('there is no replica') });
  });
});

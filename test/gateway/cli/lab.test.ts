import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { labCommand } from '../../../gateway/cli/lab.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';

describe('gateway lab', () => {
  let folder: string;
  let said = '';
  let told = '';

  async function run(...args: readonly string[]): Promise<string> {
    said = '';
    told = '';
    const few = ['--policy', 'kv-aware,round-robin', '--html', join(folder, 'lab.html')];
    await labCommand()
      .exitOverride()
      .parseAsync([...few, ...args], { from: 'user' });
    return said;
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'numagate-lab-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      told += String(text);
      return true;
    });
  });
  afterEach(() => vi.restoreAllMocks());

  it('prints the policies side by side, and writes the page', async () => {
    const text = await run('--num-prompts', '20', '--request-rate', '5');

    expect(text).toMatch(/^20 requests \(random\), 5 a second, seed 1\.\n/u);
    expect(text).toMatch(/^policy .*\nkv-aware .*\nround-robin .*\n$/mu);
    expect(told).toContain(`Wrote ${join(folder, 'lab.html')}`);
    expect(readFileSync(join(folder, 'lab.html'), 'utf8')).toContain('under 2 policies');
  });

  it('runs a trace of the user’s own', async () => {
    const path = join(folder, 'my.jsonl');
    const lines = [0, 500, 1500].map((timestamp) =>
      JSON.stringify({ timestamp, input_length: 600, output_length: 20, hash_ids: [1, 2] }),
    );
    writeFileSync(path, `${lines.join('\n')}\n`);

    const text = await run('--dataset-name', 'trace', '--dataset-path', path, '--json');

    expect(JSON.parse(text)).toMatchObject({
      facts: ['3 requests (trace), arrivals as recorded, seed 1.', {}, {}].map(
        () => expect.any(String) as string,
      ),
      policies: [
        { policy: 'kv-aware', failedRequests: 0 },
        { policy: 'round-robin', failedRequests: 0 },
      ],
    });
  });

  it.each([
    ['kv-aware,kv-aware', 'It must name each policy once.'],
    ['kv-aware,best', 'It must be one of kv-aware,'],
    ['', 'It must be one of kv-aware,'],
  ])('refuses --policy %j', async (names, why) => {
    await expect(run('--policy', names)).rejects.toThrow(why);
  });

  it('refuses a page that cannot be written before it runs anything', async () => {
    const failure = run('--html', join(folder, 'lab.html', 'in-a-file'));

    await expect(failure).rejects.toThrow(UsageError);
    await expect(failure).rejects.toThrow(/^--html: .*Nothing was started\.$/u);
    expect(told).toBe('');
  });

  it('refuses a trace that is not there', async () => {
    const path = join(folder, 'none.jsonl');
    const failure = run('--dataset-name', 'trace', '--dataset-path', path);

    await expect(failure).rejects.toThrow(`--dataset-path ${path}`);
  });
});

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';

import { configCommand } from '../../../gateway/cli/config.ts';
import { settingsOf } from '../../../gateway/cli/serve-settings.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';
import { settingTable } from '../../../gateway/config/setting-table.ts';
import { configJsonSchema } from '../../../gateway/config/setting-tree.ts';
import { root } from '../../support/source-tree.ts';

describe('gateway config', () => {
  let folder: string;
  let said: string;

  function file(text: string): string {
    const path = join(folder, 'gateway.yaml');
    writeFileSync(path, text);
    return path;
  }

  async function run(...args: string[]): Promise<string> {
    said = '';
    await configCommand().parseAsync(args, { from: 'user' });
    return said;
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'numagate-config-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  beforeEach(() => {
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it('checks a file that is right', async () => {
    const one = file('replicas:\n  - url: http://a:1\n');
    expect(await run('check', one)).toBe(`${one} is right: 1 replica.\n`);
    const two = file('replicas:\n  - url: http://a:1\n  - url: http://b:1\n');
    expect(await run('check', two)).toBe(`${two} is right: 2 replicas.\n`);
  });

  it('checks a file that is wrong', async () => {
    const failure = run('check', file('listen: {prt: 1}\nlimits: {bodyBytesMax: 0}\n'));
    await expect(failure).rejects.toThrow(UsageError);
    await expect(failure).rejects.toThrow(
      /gateway\.yaml:1:10: listen\.prt is no setting; port is known\n.*gateway\.yaml:2:10: limits\.bodyBytesMax cannot be 0/,
    );
  });

  it('checks what serve asks for: a file without a replica is wrong', async () => {
    for (const text of ['', 'listen: {port: 1}\n', 'replicas: []\n']) {
      const path = file(text);
      await expect(run('check', path)).rejects.toThrow(/there is no replica/u);
      expect(() => settingsOf({ config: path }, {})).toThrow(/there is no replica/u);
    }
  });

  it('refuses the README’s example until it holds a key, and says how one is made', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const example = /^```yaml\n([\s\S]*?)^```/mu.exec(readme)?.[1] ?? '';
    vi.stubEnv('ENGINE_KEY', 'k');
    await expect(run('check', file(example))).rejects.toThrow(
      /^[^\n]*: keys\[0\]\.sha256 cannot be what it is; .*openssl rand -hex 32.*sha256sum prints$/u,
    );

    const sha256 = createHash('sha256').update('a key of my own').digest('hex');
    const filled = example.replace(/sha256: \S+/u, `sha256: ${sha256}`);
    expect(await run('check', file(filled))).toContain('is right: 2 replicas.');
  });

  it('prints the settings of a file with defaults, secrets veiled', async () => {
    const path = file('listen: {port: 7}\nreplicas:\n  - {url: http://a:1, apiKey: sesame}\n');
    const asYaml = await run('print', path);
    expect(asYaml).not.toContain('sesame');
    expect(parse(asYaml)).toMatchObject({ listen: { port: 7, host: '127.0.0.1' } });
    expect(JSON.parse(await run('print', '--json', path))).toEqual(parse(asYaml));
  });

  it('prints the defaults without a file', async () => {
    expect(parse(await run('print'))).toMatchObject({ listen: { port: 8080 }, replicas: [] });
  });

  it('prints the schema for editors', async () => {
    expect(JSON.parse(await run('schema'))).toEqual(configJsonSchema());
  });

  it('prints the table of settings', async () => {
    expect(await run('docs')).toBe(`${settingTable()}\n`);
  });
});

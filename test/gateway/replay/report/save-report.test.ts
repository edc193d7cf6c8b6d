import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseJsonLine } from '../../../../gateway/replay/report/jsonl.ts';
import { saveReport } from '../../../../gateway/replay/report/save-report.ts';
import { aRun } from '../builders.ts';

const provenance = { command: 'gateway replay', host: 'a CPU' };

describe('a saved report', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'numagate-save-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('appends a line to the result file and writes the page anew, in folders that it makes', async () => {
    const files = { jsonl: join(folder, 'a/b/run.jsonl'), html: join(folder, 'c/run.html') };
    const options = { layout: 'current', bareInfinity: false, details: false } as const;

    await saveReport(
      { run: aRun({ backend: 'one' }), columns: [], standing: [], provenance },
      files,
      options,
    );
    await saveReport(
      { run: aRun({ backend: 'two' }), columns: [], standing: [], provenance },
      files,
      options,
    );

    const lines = readFileSync(files.jsonl, 'utf8').trimEnd().split('\n').map(parseJsonLine);
    expect(lines.map(({ backend }) => backend)).toEqual(['one', 'two']);
    const page = readFileSync(files.html, 'utf8');
    expect(page.match(/<!doctype html>/gu)).toHaveLength(1);
    expect(page).toContain('two: prompts up to');
  });

  it('writes the plots where they are wanted, and tells where they could not be', async () => {
    const page = { run: aRun(), columns: [], standing: [], provenance };
    const options = { layout: 'current', bareInfinity: false, details: false } as const;
    const files = { jsonl: join(folder, 'run.jsonl'), html: join(folder, 'run.html') };

    expect(await saveReport(page, { ...files, plots: join(folder, 'plots') }, options)).toEqual([]);
    expect(readFileSync(join(folder, 'plots/ttft.svg'), 'utf8')).toContain('<svg');
    const failures = await saveReport(page, { ...files, plots: files.html }, options);
    expect(failures.map(({ path }) => path)).toEqual([files.html]);
  });

  it('tells what it could not write, and writes the rest', async () => {
    const files = { jsonl: folder, html: join(folder, 'run.html') };
    const page = { run: aRun(), columns: [], standing: [], provenance };
    const options = { layout: 'current', bareInfinity: false, details: false } as const;
    const failures = await saveReport(page, files, options);

    expect(failures.map(({ path }) => path)).toEqual([folder]);
    expect(readFileSync(files.html, 'utf8')).toContain('<!doctype html>');
  });
});

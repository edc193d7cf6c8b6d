import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { filesOf, lineOptions, tryFiles } from '../../../gateway/cli/report-output.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';
import { settings } from '../replay/builders.ts';

describe('the files of a report', () => {
  it('stand in out/ unless they are named', () => {
    const { jsonl, html } = filesOf(settings(), { rules: '0.2.14' });

    expect(jsonl).toMatch(/^out\/sglang_\d{4}_20_256_64\.jsonl$/u);
    expect(html).toBe(jsonl.replace('.jsonl', '.html'));
  });

  it.each([
    ['a/run.jsonl', undefined, 'a/run.html'],
    ['a/run.json', undefined, 'a/run.html'],
    ['a/run', undefined, 'a/run.html'],
    ['a/run.jsonl', 'b.html', 'b.html'],
  ])('%s has beside it, where %s is named, %s', (outputFile, html, expected) => {
    const named = html === undefined ? {} : { html };

    expect(filesOf(settings(), { rules: '0.2.14', outputFile, ...named })).toEqual({
      jsonl: outputFile,
      html: expected,
    });
  });

  it('are wrong words where the plots cannot be written, before anything is started', () => {
    const folder = mkdtempSync(join(tmpdir(), 'numagate-output-'));
    const files = filesOf(settings(), {
      rules: '0.2.14',
      outputFile: join(folder, 'run.jsonl'),
      plots: '/proc/none',
    });

    expect(files.plots).toBe('/proc/none');
    expect(() => tryFiles(files)).toThrow(UsageError);
    rmSync(folder, { recursive: true });
  });

  it('are wrong words where they cannot be written', () => {
    const folder = mkdtempSync(join(tmpdir(), 'numagate-output-'));
    const files = { jsonl: join(folder, 'run.jsonl'), html: folder };

    expect(() => tryFiles(files)).toThrow(UsageError);
    expect(() => tryFiles(files)).toThrow('it is a folder (EISDIR). Name another place');
    rmSync(folder, { recursive: true });
  });
});

describe('the result line', () => {
  it('has the keys of its rules unless others are wanted', () => {
    expect(lineOptions({ rules: '0.2.14' })).toEqual({
      layout: '0.2.14',
      bareInfinity: true,
      details: false,
    });
    expect(lineOptions({ rules: '0.2.14', layout: 'current', outputDetails: true })).toEqual({
      layout: 'current',
      bareInfinity: false,
      details: true,
    });
  });
});

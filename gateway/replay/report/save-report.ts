import { appendFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { htmlReport } from './html/page.ts';
import type { ReportPage } from './html/page.ts';
import { jsonLine } from './jsonl.ts';
import type { JsonLineOptions } from './jsonl.ts';
import { writePlots } from './plot-files.ts';
import { makeFolder, UnwritableError } from './writable.ts';

/** Where a report is written. */
export interface ReportFiles {
  /** Result file: one line is appended, as the reference does. */
  readonly jsonl: string;
  /** Page: written anew. */
  readonly html: string;
  /** Folder of the plots, a file each; `undefined` where none are wanted. */
  readonly plots?: string | undefined;
}

/** Writes a run to its files, making their folders, and returns what of it could not be written. */
export async function saveReport(
  page: ReportPage,
  files: ReportFiles,
  options: JsonLineOptions,
): Promise<readonly UnwritableError[]> {
  const line = `${jsonLine(page.run, options)}\n`;
  const failures = [
    await failureOf(files.jsonl, (path) => appendFile(path, line)),
    await failureOf(files.html, (path) => writeFile(path, htmlReport(page))),
    ...(files.plots === undefined
      ? []
      : [await failureOf(files.plots, (path) => writePlots(page, path))]),
  ];
  return failures.filter((failure) => failure !== undefined);
}

async function failureOf(
  path: string,
  write: (path: string) => Promise<void>,
): Promise<UnwritableError | undefined> {
  try {
    makeFolder(dirname(path));
    await write(path);
    return undefined;
  } catch (error) {
    return new UnwritableError(path, error);
  }
}

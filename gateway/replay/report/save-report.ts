import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { htmlReport } from './html/page.ts';
import type { ReportPage } from './html/page.ts';
import { jsonLine } from './jsonl.ts';
import type { JsonLineOptions } from './jsonl.ts';

/** Where a report is written. */
export interface ReportFiles {
  /** Result file: one line is appended, as the reference does. */
  readonly jsonl: string;
  /** Page: written anew. */
  readonly html: string;
}

/** Writes a run to its files, making their folders. */
export async function saveReport(
  page: ReportPage,
  files: ReportFiles,
  options: JsonLineOptions,
): Promise<void> {
  await mkdir(dirname(files.jsonl), { recursive: true });
  await appendFile(files.jsonl, `${jsonLine(page.run, options)}\n`);
  await mkdir(dirname(files.html), { recursive: true });
  await writeFile(files.html, htmlReport(page));
}

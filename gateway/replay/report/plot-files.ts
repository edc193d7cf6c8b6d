import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ReportPage } from './html/page.ts';
import { plotFile } from './html/plot-file.ts';
import { runPlots } from './html/run-plots.ts';
import { makeFolder } from './writable.ts';

/** Writes each plot of a page into a folder, which is made, as an SVG file of its own. */
export async function writePlots({ run, standing }: ReportPage, folder: string): Promise<void> {
  const { latencies, timelines } = runPlots(run, standing);
  makeFolder(folder);
  for (const plot of [...latencies, ...timelines]) {
    await writeFile(join(folder, `${plot.name}.svg`), plotFile(plot));
  }
}

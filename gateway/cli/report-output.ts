import { join } from 'node:path';

import { defaultFileName } from '../replay/report/jsonl.ts';
import type { JsonLineOptions } from '../replay/report/jsonl.ts';
import type { ReportFiles } from '../replay/report/save-report.ts';
import { tryWritable, UnwritableError } from '../replay/report/writable.ts';
import type { ReplaySettings } from '../replay/replay-settings.ts';
import type { ReplayFlags } from './replay-flags.ts';
import { UsageError } from './usage-error.ts';

/** Flags that say what is written of a run. */
export type OutputFlags = Pick<
  ReplayFlags,
  'rules' | 'layout' | 'json' | 'outputFile' | 'html' | 'outputDetails' | 'compare' | 'plots'
>;

/** Where the report of a run goes that starts now. */
export function filesOf(
  settings: ReplaySettings,
  { outputFile, html, plots }: OutputFlags,
): ReportFiles {
  const jsonl = outputFile ?? `out/${defaultFileName({ ...settings, startedAt: new Date() })}`;
  return { jsonl, html: html ?? `${jsonl.replace(/\.jsonl?$/u, '')}.html`, plots };
}

/** Tries, before minutes are spent on a run, that its files can be written. Throws a `UsageError`. */
export function tryFiles({ jsonl, html, plots }: ReportFiles): void {
  try {
    const anyPlot = plots === undefined ? [] : [join(plots, 'plot.svg')];
    for (const path of [jsonl, html, ...anyPlot]) tryWritable(path);
  } catch (cause) {
    if (!(cause instanceof UnwritableError)) throw cause;
    throw new UsageError(`${cause.message}. Name another place; nothing was started.`, { cause });
  }
}

/** How the result line is written: the keys of the rules, unless others are wanted. */
export function lineOptions({
  rules,
  layout = rules,
  outputDetails,
}: OutputFlags): JsonLineOptions {
  // Only the old reference writes the bare word, and reads it again.
  return { layout, bareInfinity: layout === '0.2.14', details: outputDetails === true };
}

import { figuresOfResult } from '../replay/baselines.ts';
import type { Baseline } from '../replay/baselines.ts';
import { comparedColumns, standingRuns } from '../replay/compared-columns.ts';
import { latencyValuesOfResult } from '../replay/latency-values.ts';
import type { LoadProgress } from '../replay/load-generator.ts';
import { performRun, performVirtually } from '../replay/perform-run.ts';
import type { RunParts } from '../replay/perform-run.ts';
import type { ReportPage } from '../replay/report/html/page.ts';
import { jsonLine, parseJsonLine } from '../replay/report/jsonl.ts';
import type { ReportFiles } from '../replay/report/save-report.ts';
import { saveReport } from '../replay/report/save-report.ts';
import { textReport } from '../replay/report/text-report.ts';
import type { ReplayRun } from '../replay/replay-run.ts';
import type { ReplayPlan } from '../replay/replay-settings.ts';
import { openTextClient } from '../wire/text-client.ts';
import { EXIT_INTERRUPTED, Interruption } from './interruption.ts';
import { say, tell } from './output.ts';
import { provenanceOf } from './provenance.ts';
import { ProgressLine } from './progress-line.ts';
import { filesOf, lineOptions, tryFiles } from './report-output.ts';
import type { OutputFlags } from './report-output.ts';
import type { ReadText } from './replay-workload.ts';
import { UsageError } from './usage-error.ts';
import { waitingClock } from './waiting-clock.ts';

const CONNECT_MS_MAX = 5000;
const PAGE_BYTES_MAX = 16 * 2 ** 20;
/** Larger workloads are not run on virtual time beforehand: it would hold up the start. */
const FORETOLD_REQUESTS_MAX = 20_000;

/** Makes the run of a plan in some way. */
export type MakeRun = (plan: ReplayPlan, parts: RunParts) => Promise<ReplayRun>;

/** Makes the run, prints and writes its report, and returns the exit code. */
export async function performReplay(
  plan: ReplayPlan,
  flags: OutputFlags,
  readText: ReadText,
): Promise<number> {
  using interruption = new Interruption();
  return await reportOn(plan, flags, { readText, interruption, makeRun: performRun });
}

/** What a report is made with. */
export interface ReportParts {
  readonly readText: ReadText;
  readonly interruption: Interruption;
  readonly makeRun: MakeRun;
}

/** The same for a run that is made in another way. */
export async function reportOn(
  plan: ReplayPlan,
  flags: OutputFlags,
  { readText, interruption, makeRun }: ReportParts,
): Promise<number> {
  const others = toldApart((flags.compare ?? []).map((path) => namedRun(path, readText)));
  const files = filesOf(plan.settings, flags);
  tryFiles(files);
  const virtual = foretold(plan);
  const run = await withProgress(plan, virtual, { makeRun, signal: interruption.signal });
  if (interruption.signal.aborted && run.results.length === 0) {
    tell('Interrupted before a request was finished: nothing is written.');
    return EXIT_INTERRUPTED;
  }
  const beside = { run, virtual, reproduced: plan.reproduced, others };
  const columns = comparedColumns(beside);
  const provenance = provenanceOf(process.argv.slice(2));
  const page = { run, columns, standing: standingRuns(beside), provenance };
  const isWritten = await present({ page, flags, files });
  if (interruption.signal.aborted) return EXIT_INTERRUPTED;
  return isWritten && isSuccess(run, plan.reproduced) ? 0 : 1;
}

/** What a run on simulated replicas comes to without sockets; it tells the time left, and the transport error. */
function foretold(plan: ReplayPlan): ReplayRun | undefined {
  const { target, settings } = plan;
  if (target.kind !== 'simulated') return undefined;
  if (settings.workload.requests.length > FORETOLD_REQUESTS_MAX) return undefined;
  return performVirtually(plan, target.fleet);
}

async function withProgress(
  plan: ReplayPlan,
  virtual: ReplayRun | undefined,
  { makeRun, signal }: { readonly makeRun: MakeRun; readonly signal: AbortSignal },
): Promise<ReplayRun> {
  const { requests } = plan.settings.workload;
  const line = new ProgressLine(process.stderr, {
    requests: requests.length,
    outputTokens: requests.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
    expectedMs: virtual === undefined ? undefined : virtual.measures.durationSeconds * 1000,
  });
  const onProgress = (progress: LoadProgress): void => line.update(progress);
  const textClient = openTextClient({ connectMs: CONNECT_MS_MAX, bodyBytesMax: PAGE_BYTES_MAX });
  try {
    return await makeRun(plan, { clock: waitingClock, textClient, signal, onProgress });
  } finally {
    line.end();
    await textClient.close();
  }
}

interface Presented {
  readonly page: ReportPage;
  readonly flags: OutputFlags;
  readonly files: ReportFiles;
}

/** Prints the report, writes it, and tells whether it could be written. */
async function present({ page, flags, files }: Presented): Promise<boolean> {
  const { run, columns } = page;
  const line = lineOptions(flags);
  // A line that is printed is for programs, and a bare `Infinity` is no JSON.
  if (flags.json === true) say(jsonLine(run, { ...line, bareInfinity: false }));
  else say(textReport(run, columns, flags.rules));
  const failures = await saveReport(page, files, line);
  const written = [files.jsonl, files.html, files.plots].filter(
    (path) => path !== undefined && !failures.some((failure) => failure.path === path),
  );
  if (written.length > 0) tell(`\nWrote ${written.join(' and ')}`);
  for (const failure of failures) tell(`gateway: ${failure.message}`);
  if (!written.includes(files.jsonl)) {
    tell('gateway: the result line, to be kept by hand:');
    tell(jsonLine(run, { ...line, details: false }));
  }
  return failures.length === 0;
}

/** The last run of a result file, by the name of the file. */
function namedRun(path: string, readText: ReadText): Baseline {
  try {
    const line = readText(path).trimEnd().split('\n').at(-1) ?? '';
    const title = path.replace(/^.*\//u, '').replace(/\.jsonl?$/u, '');
    const result = parseJsonLine(line);
    return {
      name: path,
      title,
      setup: `the last run in ${path}`,
      figures: figuresOfResult(result),
      values: latencyValuesOfResult(result),
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--compare ${path}: ${reason}`, { cause });
  }
}

/** Runs of files of one name are called by their paths. */
function toldApart(runs: readonly Baseline[]): readonly Baseline[] {
  return runs.map((run) =>
    runs.some((other) => other.name !== run.name && other.title === run.title)
      ? { ...run, title: run.name }
      : run,
  );
}

/** A run that is made again may fail where the published one did: vLLM refuses the requests for no token. */
function isSuccess({ complete, measures }: ReplayRun, reproduced: Baseline | undefined): boolean {
  if (!complete) return false;
  if (measures.failedRequests === 0) return true;
  return measures.completedRequests === reproduced?.figures.completedRequests;
}

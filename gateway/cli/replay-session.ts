import { baselines, figuresOfResult } from '../replay/baselines.ts';
import type { Baseline } from '../replay/baselines.ts';
import { comparedColumns } from '../replay/compared-columns.ts';
import type { LoadProgress } from '../replay/load-generator.ts';
import { performRun, performVirtually } from '../replay/perform-run.ts';
import type { RunParts } from '../replay/perform-run.ts';
import type { ComparisonColumn } from '../replay/report/comparison.ts';
import { defaultFileName, jsonLine, parseJsonLine } from '../replay/report/jsonl.ts';
import type { ReportFiles } from '../replay/report/save-report.ts';
import { saveReport } from '../replay/report/save-report.ts';
import { textReport } from '../replay/report/text-report.ts';
import type { ReplayRun } from '../replay/replay-run.ts';
import type { ReplayPlan } from '../replay/replay-settings.ts';
import { openTextClient } from '../wire/text-client.ts';
import { EXIT_INTERRUPTED, Interruption } from './interruption.ts';
import { say, tell } from './output.ts';
import { ProgressLine } from './progress-line.ts';
import type { ReplayFlags } from './replay-flags.ts';
import type { ReadText } from './replay-workload.ts';
import { UsageError } from './usage-error.ts';
import { waitingClock } from './waiting-clock.ts';

const CONNECT_MS_MAX = 5000;
const PAGE_BYTES_MAX = 16 * 2 ** 20;
/** Larger workloads are not run on virtual time beforehand: it would hold up the start. */
const FORETOLD_REQUESTS_MAX = 20_000;

/** Flags that say what is written of a run. */
export type OutputFlags = Pick<
  ReplayFlags,
  'rules' | 'json' | 'outputFile' | 'html' | 'outputDetails' | 'compare'
>;

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
  const others = (flags.compare ?? []).map((path) => namedRun(path, readText));
  const virtual = foretold(plan);
  const run = await withProgress(plan, virtual, { makeRun, signal: interruption.signal });
  const columns = comparedColumns({ run, virtual, reproduced: plan.reproduced, others });
  await present({ run, columns, baseline: baselineOf(plan, columns), flags });
  if (interruption.signal.aborted) return EXIT_INTERRUPTED;
  return isSuccess(run, plan.reproduced) ? 0 : 1;
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

/** The published run that the histograms show. */
function baselineOf(
  { reproduced }: ReplayPlan,
  columns: readonly ComparisonColumn[],
): Baseline | undefined {
  return reproduced ?? baselines.find(({ title }) => columns.some((each) => each.title === title));
}

interface Presented {
  readonly run: ReplayRun;
  readonly columns: readonly ComparisonColumn[];
  readonly baseline: Baseline | undefined;
  readonly flags: OutputFlags;
}

async function present({ run, columns, baseline, flags }: Presented): Promise<void> {
  const layout = flags.rules;
  const files = filesOf(run, flags);
  const options = {
    layout,
    bareInfinity: layout === '0.2.14',
    details: flags.outputDetails === true,
  };
  await saveReport({ run, columns, baseline }, files, options);
  if (flags.json === true) {
    say(jsonLine(run, { ...options, layout: 'current', bareInfinity: false }));
  } else {
    say(textReport(run, columns, layout));
  }
  tell(`\nWrote ${files.jsonl} and ${files.html}`);
}

function filesOf(run: ReplayRun, { outputFile, html }: OutputFlags): ReportFiles {
  const jsonl = outputFile ?? `out/${defaultFileName(run)}`;
  return { jsonl, html: html ?? `${jsonl.replace(/\.jsonl?$/u, '')}.html` };
}

/** The last run of a result file, by the name of the file. */
function namedRun(path: string, readText: ReadText): Baseline {
  try {
    const line = readText(path).trimEnd().split('\n').at(-1) ?? '';
    const title = path.replace(/^.*\//u, '').replace(/\.jsonl?$/u, '');
    return { name: path, title, figures: figuresOfResult(parseJsonLine(line)) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--compare ${path}: ${reason}`, { cause });
  }
}

/** A run that is made again may fail where the published one did: vLLM refuses the requests for no token. */
function isSuccess({ complete, measures }: ReplayRun, reproduced: Baseline | undefined): boolean {
  if (!complete) return false;
  if (measures.failedRequests === 0) return true;
  return measures.completedRequests === reproduced?.figures.completedRequests;
}

import { baselines, figuresOf } from './baselines.ts';
import type { Baseline } from './baselines.ts';
import type { ComparisonColumn } from './report/comparison.ts';
import type { ReplayRun } from './replay-run.ts';
import { isPublishedWorkload } from './workloads/random.ts';
import type { Workload } from './workload.ts';

/** What stands beside a run. */
export interface ComparedRuns {
  readonly run: ReplayRun;
  /** The published run that is made again, if one is. */
  readonly reproduced: Baseline | undefined;
  /** The same run on virtual time, where `run` was made over sockets. */
  readonly virtual: ReplayRun | undefined;
  /** Result files that the reader named. */
  readonly others: readonly Baseline[];
}

/** The runs of others that stand beside a run: the one that it makes again, or those of its workload; then the named ones. */
export function standingRuns({
  run,
  reproduced,
  others,
}: Omit<ComparedRuns, 'virtual'>): readonly Baseline[] {
  const published = reproduced === undefined ? publishedFor(run.workload) : [reproduced];
  return [...published, ...others];
}

/** The columns of a run's comparison: ours with its distance from each other run, then those. */
export function comparedColumns(runs: ComparedRuns): readonly ComparisonColumn[] {
  const { run, reproduced } = runs;
  if (reproduced !== undefined) return reproductionColumns(runs, reproduced);
  const standing = standingRuns(runs);
  if (standing.length === 0) return [];
  return [
    {
      title: 'ours',
      explanation: `${setupText(run)}; "to …" is how much more (+) or less (−) ours is`,
      figures: figuresOf(run.measures),
      differences: standing.map(({ title, figures }) => ({
        title: `to ${title.split(' ')[0]}`,
        from: figures,
      })),
    },
    ...standing.map(standingColumn),
  ];
}

function standingColumn({ title, setup, figures }: Baseline): ComparisonColumn {
  return { title, explanation: setup, figures, differences: [] };
}

/** What a run was made on, in the words that stand below its figures. */
function setupText({ setup, simulation, target }: ReplayRun): string {
  if (target === 'url') {
    return simulation === undefined ? setup.replicas : `simulated, at ${setup.replicas}`;
  }
  const extrapolated = simulation?.isExtrapolated === true ? ', extrapolated' : '';
  return `simulated ${setup.replicas}${extrapolated}, behind the gateway`;
}

/** The published runs, where the workload is theirs. */
function publishedFor(workload: Workload): readonly Baseline[] {
  return isPublishedWorkload(workload) ? baselines : [];
}

/** Model error is virtual against published; transport error is sockets against virtual. */
function reproductionColumns(
  { run, virtual, others }: ComparedRuns,
  published: Baseline,
): readonly ComparisonColumn[] {
  const model = figuresOf((virtual ?? run).measures);
  const sockets: ComparisonColumn = {
    title: 'sockets',
    explanation:
      'the same over real sockets; transport error is its distance from virtual, both that from the published run',
    figures: figuresOf(run.measures),
    differences: [
      { title: 'transport error', from: model },
      { title: 'both', from: published.figures },
    ],
  };
  return [
    ...(virtual === undefined ? [] : [sockets]),
    {
      title: 'virtual',
      explanation: `${setupText(run)}, on virtual time; model error is its distance from the published run`,
      figures: model,
      differences: [{ title: 'model error', from: published.figures }],
    },
    standingColumn(published),
    ...others.map(standingColumn),
  ];
}

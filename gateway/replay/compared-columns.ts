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

/** The columns of a run's comparison: published and named runs, then ours with its distance from each. */
export function comparedColumns(runs: ComparedRuns): readonly ComparisonColumn[] {
  const { reproduced, others } = runs;
  if (reproduced !== undefined) return reproductionColumns(runs, reproduced);
  const standing = [...publishedFor(runs.run.workload), ...others];
  if (standing.length === 0) return [];
  return [
    ...standing.map(({ title, figures }) => ({ title, figures, differences: [] })),
    {
      title: 'ours',
      figures: figuresOf(runs.run.measures),
      differences: standing.map(({ title, figures }) => ({
        title: `to ${title.split(' ')[0]}`,
        from: figures,
      })),
    },
  ];
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
  const sockets = figuresOf(run.measures);
  return [
    { title: published.title, figures: published.figures, differences: [] },
    ...others.map(({ title, figures }) => ({ title, figures, differences: [] })),
    {
      title: 'virtual',
      figures: model,
      differences: [{ title: 'model error', from: published.figures }],
    },
    ...(virtual === undefined
      ? []
      : [
          {
            title: 'sockets',
            figures: sockets,
            differences: [
              { title: 'transport error', from: model },
              { title: 'both', from: published.figures },
            ],
          },
        ]),
  ];
}

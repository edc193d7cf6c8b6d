import { describe, expect, it } from 'vitest';
import { baselines, figuresOf } from '../../../gateway/replay/baselines.ts';
import { comparedColumns } from '../../../gateway/replay/compared-columns.ts';
import type { ComparedRuns } from '../../../gateway/replay/compared-columns.ts';
import { comparisonTitles } from '../../../gateway/replay/report/comparison.ts';
import {
  publishedRandomOptions,
  randomWorkload,
} from '../../../gateway/replay/workloads/random.ts';
import { aResult, aRun } from './builders.ts';

const publishedWorkload = randomWorkload(publishedRandomOptions);
const ours = aRun({ workload: publishedWorkload });
const virtual = aRun({ results: [aResult({ endToEndMs: 200 })] });
const [sglang] = baselines;

const titles = (runs: Partial<ComparedRuns>): readonly string[] =>
  comparisonTitles(
    comparedColumns({ run: ours, reproduced: undefined, virtual: undefined, others: [], ...runs }),
  );

describe('the columns beside a run', () => {
  it('are both published runs where the workload is theirs', () => {
    expect(titles({})).toEqual(['SGLang 0.2.14', 'vLLM 0.5.5', 'ours', 'to SGLang', 'to vLLM']);
  });

  it('are none where the workload is another, unless result files are named', () => {
    const other = { name: 'a.jsonl', title: 'a', figures: { durationSeconds: 2 } };

    expect(titles({ run: aRun() })).toEqual([]);
    expect(titles({ run: aRun(), others: [other] })).toEqual(['a', 'ours', 'to a']);
  });

  it('give model and transport error apart for a run that is made again', () => {
    const columns = comparedColumns({ run: ours, reproduced: sglang, virtual, others: [] });

    expect(comparisonTitles(columns)).toEqual([
      'SGLang 0.2.14',
      'virtual',
      'model error',
      'sockets',
      'transport error',
      'both',
    ]);
    const [, model, sockets] = columns;
    expect(model?.figures).toEqual(figuresOf(virtual.measures));
    expect(model?.differences[0]?.from).toBe(sglang?.figures);
    expect(sockets?.figures).toEqual(figuresOf(ours.measures));
    expect(sockets?.differences[0]?.from).toEqual(figuresOf(virtual.measures));
  });

  it('give the model error alone for a run on virtual time', () => {
    expect(titles({ reproduced: sglang, run: virtual })).toEqual([
      'SGLang 0.2.14',
      'virtual',
      'model error',
    ]);
  });

  it('let a default run stand beside one that is made again', () => {
    const other = { name: 'b.jsonl', title: 'default', figures: { durationSeconds: 2 } };

    expect(titles({ reproduced: sglang, run: virtual, others: [other] })).toContain('default');
  });
});

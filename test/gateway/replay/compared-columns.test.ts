import { describe, expect, it } from 'vitest';
import { baselines, figuresOf } from '../../../gateway/replay/baselines.ts';
import { comparedColumns, standingRuns } from '../../../gateway/replay/compared-columns.ts';
import type { ComparedRuns } from '../../../gateway/replay/compared-columns.ts';
import { comparisonTitles } from '../../../gateway/replay/report/comparison.ts';
import { simulationBy } from '../../../gateway/replay/simulation.ts';
import {
  publishedRandomOptions,
  randomWorkload,
} from '../../../gateway/replay/workloads/random.ts';
import { aResult, aRun, aSetup } from './builders.ts';

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
    expect(titles({})).toEqual(['ours', 'to SGLang', 'to vLLM', 'SGLang 0.2.14', 'vLLM 0.5.5']);
  });

  it('are none where the workload is another, unless result files are named', () => {
    const other = { name: 'a.jsonl', title: 'a', setup: 'a', figures: { durationSeconds: 2 } };

    expect(titles({ run: aRun() })).toEqual([]);
    expect(titles({ run: aRun(), others: [other] })).toEqual(['ours', 'to a', 'a']);
  });

  it('give model and transport error apart for a run that is made again', () => {
    const columns = comparedColumns({ run: ours, reproduced: sglang, virtual, others: [] });

    expect(comparisonTitles(columns)).toEqual([
      'sockets',
      'transport error',
      'both',
      'virtual',
      'model error',
      'SGLang 0.2.14',
    ]);
    const [sockets, model] = columns;
    expect(model?.figures).toEqual(figuresOf(virtual.measures));
    expect(model?.differences[0]?.from).toBe(sglang?.figures);
    expect(sockets?.figures).toEqual(figuresOf(ours.measures));
    expect(sockets?.differences[0]?.from).toEqual(figuresOf(virtual.measures));
  });

  it('give the model error alone for a run on virtual time', () => {
    expect(titles({ reproduced: sglang, run: virtual })).toEqual([
      'virtual',
      'model error',
      'SGLang 0.2.14',
    ]);
  });

  it.each([
    [
      aRun({
        target: 'simulated',
        setup: aSetup({ replicas: '2 × 4×H100' }),
        simulation: simulationBy(['sglang-0.2.14-4xh100-tp4']),
      }),
      'simulated 2 × 4×H100, extrapolated, behind the gateway; "to …" is how much more',
    ],
    [aRun({ target: 'url', setup: aSetup({ replicas: 'http://a:1' }) }), 'http://a:1; "to …"'],
    [
      aRun({
        target: 'url',
        setup: aSetup({ replicas: 'http://a:1' }),
        simulation: simulationBy(['sglang-0.2.14-8xh100-tp8']),
      }),
      'simulated, at http://a:1; "to …"',
    ],
  ])('say what each run was made on', (run, explanation) => {
    const [first, second] = comparedColumns({
      run: { ...run, workload: publishedWorkload },
      reproduced: undefined,
      virtual: undefined,
      others: [],
    });

    expect(first?.explanation).toContain(explanation);
    expect(second?.explanation).toBe(
      'published, one engine on 8×H100, tensor parallel 8, no gateway before it',
    );
  });

  it('let a default run stand beside one that is made again', () => {
    const other = { name: 'b.jsonl', title: 'default', setup: '', figures: { durationSeconds: 2 } };

    expect(titles({ reproduced: sglang, run: virtual, others: [other] })).toContain('default');
  });
});

describe('the runs that stand beside a run', () => {
  const other = { name: 'a.jsonl', title: 'a', setup: 'a', figures: {} };
  const namesOf = (runs: Partial<ComparedRuns>): readonly string[] =>
    standingRuns({ run: ours, reproduced: undefined, others: [other], ...runs }).map(
      ({ title }) => title,
    );

  it('are the published ones of its workload, then those that were named', () => {
    expect(namesOf({})).toEqual(['SGLang 0.2.14', 'vLLM 0.5.5', 'a']);
    expect(namesOf({ run: aRun() })).toEqual(['a']);
  });

  it('are the one that it makes again alone of the published', () => {
    expect(namesOf({ reproduced: sglang })).toEqual(['SGLang 0.2.14', 'a']);
  });
});

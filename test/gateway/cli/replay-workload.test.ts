import { describe, expect, it } from 'vitest';
import type { ReplayFlags } from '../../../gateway/cli/replay-flags.ts';
import { planWorkload } from '../../../gateway/cli/replay-workload.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';
import {
  publishedRandomOptions,
  randomWorkload,
} from '../../../gateway/replay/workloads/random.ts';
import type { Workload } from '../../../gateway/replay/workload.ts';
import { replayFlagsOf } from './flags.ts';

const noFile = (path: string): never => {
  throw new Error(`ENOENT: ${path}`);
};

const planned = (flags: Partial<ReplayFlags>, text?: string): Workload =>
  planWorkload(replayFlagsOf(flags), text === undefined ? noFile : () => text);

const longest = ({ requests }: Workload): number[] => [
  Math.max(...requests.map(({ promptTokens }) => promptTokens)),
  Math.max(...requests.map(({ outputTokens }) => outputTokens)),
];

describe('a planned workload', () => {
  it('is the published one unless something else is asked for', () => {
    expect(planned({})).toEqual(randomWorkload(publishedRandomOptions));
  });

  it('follows a preset, and flags win over it', () => {
    const preset = 'offline-256x512';

    expect(planned({ preset }).requests).toHaveLength(6000);
    expect(longest(planned({ preset }))).toEqual([256, 512]);
    expect(longest(planned({ preset, randomOutputLen: 16 }))).toEqual([256, 16]);
    expect(planned({ preset, numPrompts: 7 }).requests).toHaveLength(7);
    expect(planned({ preset: 'online-rate-4' }).requestRate).toBe(4);
    expect(planned({ preset: 'online-rate-4', requestRate: 9 }).requestRate).toBe(9);
  });

  it('takes every flag of the random data sets', () => {
    const flags = {
      datasetName: 'random-ids',
      rules: 'current',
      numPrompts: 5,
      randomInputLen: 100,
      randomOutputLen: 50,
      randomRangeRatio: 1,
      requestRate: 2,
      seed: 3,
    } as const;
    const workload = planned(flags);

    expect(workload.dataset).toBe('random-ids');
    expect(workload.requests.map(({ promptTokens }) => promptTokens)).toEqual([
      100, 100, 100, 100, 100,
    ]);
    expect(workload.shape).toEqual({
      randomInputTokens: 100,
      randomOutputTokens: 50,
      randomRangeRatio: 1,
    });
    expect(planned({ ...flags, seed: 4 })).not.toEqual(workload);
  });

  it('takes one token off each text under the current rules', () => {
    const [old] = planned({}).requests;
    const [current] = planned({ rules: 'current' }).requests;

    expect(current?.promptTokens).toBe((old?.promptTokens ?? 0) - 1);
  });

  it('reads a trace, as far as it is asked to', () => {
    const line = '{"arrival": 0, "input_tokens": 9, "output_tokens": 2}\n';
    const flags = { datasetName: 'trace', datasetPath: 'a.jsonl' } as const;

    expect(planned(flags, line.repeat(3)).requests).toHaveLength(3);
    expect(planned({ ...flags, numPrompts: 2 }, line.repeat(3)).requests).toHaveLength(2);
  });

  it('reads shared conversations, by name or by preset', () => {
    const words = (count: number): string => 'word '.repeat(count);
    const text = JSON.stringify([
      { conversations: [{ value: words(8) }, { value: words(9) }] },
      { conversations: [{ value: words(8) }, { value: words(9) }] },
    ]);

    const datasetPath = 'conversations.json';
    expect(planned({ datasetName: 'sharegpt', datasetPath }, text).requests).toHaveLength(2);
    expect(planned({ preset: 'offline-sharegpt', datasetPath }, text).dataset).toBe('sharegpt');
    const one = { datasetName: 'sharegpt', datasetPath, numPrompts: 1 } as const;
    expect(planned(one, text).requests).toHaveLength(1);
  });
});

describe('a workload that cannot be planned', () => {
  it.each<[string, Partial<ReplayFlags>, string | undefined, string]>([
    [
      'no file for a trace',
      { datasetName: 'trace' },
      undefined,
      '--dataset-path: --dataset-name trace needs a file',
    ],
    [
      'no file for a preset',
      { preset: 'offline-sharegpt' },
      undefined,
      '--dataset-name sharegpt needs a file',
    ],
    [
      'a file that is not there',
      { datasetName: 'trace', datasetPath: 'x' },
      undefined,
      '--dataset-path x: ENOENT: x.',
    ],
    [
      'a file that nobody reads',
      { datasetPath: 'x' },
      '',
      '--dataset-path x: --dataset-name random reads no file; it must be trace or sharegpt.',
    ],
    [
      'a broken trace',
      { datasetName: 'trace', datasetPath: 'x' },
      '{',
      '--dataset-path x: line 1 is not JSON.',
    ],
    [
      'a broken conversation file',
      { datasetName: 'sharegpt', datasetPath: 'x' },
      '{',
      '--dataset-path x: the file is not JSON.',
    ],
  ])('says why: %s', (_, flags, text, message) => {
    expect(() => planned(flags, text)).toThrow(UsageError);
    expect(() => planned(flags, text)).toThrow(message);
  });
});

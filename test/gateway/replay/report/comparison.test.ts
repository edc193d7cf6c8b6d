import { describe, expect, it } from 'vitest';
import { baselines, comparedFigures } from '../../../../gateway/replay/baselines.ts';
import {
  alignedTable,
  comparisonHeading,
  comparisonLegend,
  comparisonRows,
  comparisonText,
  comparisonTitles,
  difference,
  figureLabels,
  signedPercent,
} from '../../../../gateway/replay/report/comparison.ts';

const published = { completedRequests: 1000, durationSeconds: 200, interTokenMsMean: 80 };
const ours = { completedRequests: 1000, durationSeconds: 190, interTokenMsMean: 82.5 };

const columns = [
  { title: 'published', explanation: 'theirs', figures: published, differences: [] },
  {
    title: 'ours',
    explanation: 'made here',
    figures: ours,
    differences: [{ title: 'diff', from: published }],
  },
];

describe('a comparison', () => {
  it('stands our figures beside the published ones, with the difference of each line', () => {
    expect(comparisonText(columns)).toBe(
      [
        '                        published    ours     diff',
        'Successful requests          1000    1000   0.00 %',
        'Benchmark duration (s)     200.00  190.00  -5.00 %',
        'Mean ITL (ms)               80.00   82.50  +3.13 %',
      ].join('\n'),
    );
  });

  it('leaves out lines that nobody tells, and cells that one does not tell', () => {
    const rows = comparisonRows([
      { title: 'published', explanation: '', figures: { durationSeconds: 10 }, differences: [] },
      {
        title: 'ours',
        explanation: '',
        figures: { inputTokens: 5 },
        differences: [{ title: 'diff', from: { durationSeconds: 10 } }],
      },
    ]);

    expect(rows.map(({ label, cells }) => [label, ...cells])).toEqual([
      ['Benchmark duration (s)', '10.00', '', ''],
      ['Total input tokens', '', '5', ''],
    ]);
  });

  it('gives a run as many differences as are asked for', () => {
    const sockets = {
      title: 'sockets',
      explanation: '',
      figures: { durationSeconds: 110 },
      differences: [
        { title: 'transport error', from: { durationSeconds: 100 } },
        { title: 'total', from: { durationSeconds: 88 } },
      ],
    };

    expect(comparisonTitles([sockets])).toEqual(['sockets', 'transport error', 'total']);
    expect(comparisonRows([sockets])[0]?.cells).toEqual(['110.00', '+10.00 %', '+25.00 %']);
  });

  it('groups digits where it is told to', () => {
    const figures = { inputTokens: 2_033_482, endToEndMsMean: 188_737.9 };
    const column = { title: 'ours', explanation: '', figures, differences: [] };

    expect(comparisonRows([column], 'grouped').map(({ cells }) => cells[0])).toEqual([
      '2,033,482',
      '188,737.90',
    ]);
    expect(comparisonRows([column]).map(({ cells }) => cells[0])).toEqual(['2033482', '188737.90']);
  });

  it('explains its columns, alike ones once', () => {
    const [theirs] = columns;
    const other = {
      ...theirs,
      title: 'other',
      explanation: 'theirs',
      figures: {},
      differences: [],
    };

    expect(comparisonLegend([...columns, other])).toEqual([
      'published, other: theirs.',
      'ours: made here.',
    ]);
  });

  it('is called by what stands in it', () => {
    const title = baselines[0]?.title ?? '';

    expect(comparisonHeading(columns)).toBe('Beside other runs');
    expect(
      comparisonHeading([...columns, { title, explanation: '', figures: {}, differences: [] }]),
    ).toBe('Beside the published runs');
  });

  it('has a label for every figure, short enough to stand in a table', () => {
    for (const figure of comparedFigures) {
      expect(figureLabels[figure].length).toBeLessThanOrEqual(24);
    }
  });
});

describe('a difference', () => {
  it('is a share of the other run', () => {
    expect(difference(105, 100)).toBeCloseTo(0.05);
    expect(difference(95, 100)).toBeCloseTo(-0.05);
  });

  it.each([
    [undefined, 1],
    [1, undefined],
    [1, 0],
  ])('is unknown between %s and %s', (one, other) => {
    expect(difference(one, other)).toBeUndefined();
  });

  it.each([
    [0.0125, '+1.25 %'],
    [-0.5, '-50.00 %'],
    [0, '0.00 %'],
    [-0.000_01, '0.00 %'],
    [undefined, ''],
  ])('of %s reads %s', (share, text) => {
    expect(signedPercent(share)).toBe(text);
  });
});

describe('an aligned table', () => {
  it('has its first column on the left and the others on the right, and no blanks at the end', () => {
    expect(
      alignedTable([
        ['', 'one'],
        ['long label', '1'],
        ['x', ''],
      ]),
    ).toBe('            one\nlong label    1\nx');
  });

  it('of nothing is empty', () => {
    expect(alignedTable([])).toBe('');
  });
});

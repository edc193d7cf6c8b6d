import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LABEL_VALUES_MAX, LabelValues } from '../../telemetry/label-values.ts';
import { type Label, SeriesTable } from '../../telemetry/series-table.ts';

function aLabel(name: string): Label {
  return { name, values: new LabelValues(100) };
}

function labelsOf(table: SeriesTable<unknown>): string[] {
  return Array.from(table.all(), ({ labels }) => labels);
}

describe('a table of series', () => {
  it('makes a series at its first use and finds it again', () => {
    const [model, replica] = [aLabel('model'), aLabel('replica')];
    const table = new SeriesTable([model, replica], 10, () => ({ hits: 0 }));
    const ids = [model.values.idOf('llama'), replica.values.idOf('r0')] as const;

    table.at(...ids).hits += 1;
    table.at(...ids).hits += 1;

    expect(Array.from(table.all())).toEqual([
      { labels: 'model="llama",replica="r0"', value: { hits: 2 } },
    ]);
  });

  it('leaves out labels without a value', () => {
    const [model, error] = [aLabel('model'), aLabel('error')];
    const table = new SeriesTable([model, error], 10, () => 0);

    table.at(model.values.idOf('llama'), error.values.idOf(undefined));

    expect(labelsOf(table)).toEqual(['model="llama"']);
  });

  it('writes values so that no quote can end them', () => {
    const model = aLabel('model');
    const table = new SeriesTable([model], 10, () => 0);

    table.at(model.values.idOf('a"b\\c\nd'));

    expect(labelsOf(table)).toEqual(['model="a\\"b\\\\c\\nd"']);
  });

  it('has as many series as its bound, and one for all the others', () => {
    const model = aLabel('model');
    const table = new SeriesTable([model], 2, () => ({ hits: 0 }));

    for (const name of ['a', 'b', 'c', 'd', 'a']) table.at(model.values.idOf(name)).hits += 1;

    expect(Array.from(table.all(), ({ labels, value }) => [labels, value.hits])).toEqual([
      ['model="a"', 2],
      ['model="b"', 1],
      ['model="other"', 2],
    ]);
  });

  it('has one series of others, whether values or series ran out', () => {
    const model = aLabel('model');
    const table = new SeriesTable([model], 1, () => ({ hits: 0 }));

    table.at(model.values.knownIdOf('made up')).hits += 1;
    table.at(model.values.idOf('a')).hits += 1;
    table.at(model.values.idOf('b')).hits += 1;

    expect(labelsOf(table)).toEqual(['model="other"']);
  });

  it('never takes one combination of labels for another', () => {
    const id = fc.integer({ min: 0, max: LABEL_VALUES_MAX - 1 });
    const combination = fc.tuple(id, id, id, id, id);
    fc.assert(
      fc.property(combination, combination, (one, other) => {
        const table = new SeriesTable([], 10, () => ({}));
        const isSame = one.every((value, index) => value === other[index]);

        expect(table.at(...one) === table.at(...other)).toBe(isSame);
      }),
    );
  });
});

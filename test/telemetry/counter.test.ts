import { describe, expect, it } from 'vitest';
import { Counter, COUNTER_SERIES_MAX } from '../../telemetry/counter.ts';
import { LabelValues } from '../../telemetry/label-values.ts';

describe('a counter', () => {
  it('adds up each series by itself', () => {
    const model = new LabelValues(10);
    const counter = new Counter([{ name: 'model', values: model }]);

    counter.add(1, model.idOf('a'));
    counter.add(41, model.idOf('a'));
    counter.add(0.5, model.idOf('b'));

    expect([...counter.samples()]).toEqual([
      { labels: 'model="a"', value: 42 },
      { labels: 'model="b"', value: 0.5 },
    ]);
  });

  it('has no series before its first use', () => {
    expect([...new Counter([]).samples()]).toEqual([]);
  });

  it('folds what is past its bound into one series, and loses none of it', () => {
    const [one, other] = [new LabelValues(1000), new LabelValues(10)];
    const counter = new Counter([
      { name: 'one', values: one },
      { name: 'other', values: other },
    ]);

    for (let index = 0; index < COUNTER_SERIES_MAX + 7; index += 1) {
      counter.add(1, one.idOf(String(index % 1000)), other.idOf(String(index % 7)));
    }

    const samples = [...counter.samples()];
    expect(samples).toHaveLength(COUNTER_SERIES_MAX + 1);
    expect(samples.find(({ labels }) => labels === 'one="other",other="other"')?.value).toBe(7);
    expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(COUNTER_SERIES_MAX + 7);
  });
});

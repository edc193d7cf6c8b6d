import { describe, expect, it } from 'vitest';
import { ATTRIBUTE_CHARACTERS_MAX, AttributeList, cut } from '../../telemetry/attribute-list.ts';

describe('a list of attributes', () => {
  it('leaves out what is not known', () => {
    const list = new AttributeList();
    list.set('a', undefined);
    list.setCount('b', undefined);
    list.setSeconds('c', undefined);

    expect(list.all).toEqual({});
  });

  it('tells times in seconds and counts as whole numbers', () => {
    const list = new AttributeList();
    list.setSeconds('a', 12.5);
    list.setCount('b', 2.4);

    expect(list.all).toEqual({ a: 0.0125, b: 2 });
  });

  it('cuts a text at its bound, but for one that has its own', () => {
    const list = new AttributeList();
    const long = 'x'.repeat(ATTRIBUTE_CHARACTERS_MAX + 1);
    list.set('a', long);
    list.setWhole('b', long);

    expect(list.all).toEqual({ a: cut(long), b: long });
    expect(cut(long)).toHaveLength(ATTRIBUTE_CHARACTERS_MAX);
    expect(cut(cut(long))).toBe(cut(long));
  });
});

import { describe, expect, it } from 'vitest';

import {
  asObject,
  countOf,
  objectsOf,
  readObject,
  readObjects,
  textOf,
} from '../../../gateway/engines/json-page.ts';

describe('a page of JSON', () => {
  it('is an object, a list of objects, or nothing', () => {
    expect(readObject('{"a":1}')).toEqual({ a: 1 });
    expect(readObjects('[{"a":1},2,null,{"b":2}]')).toEqual([{ a: 1 }, { b: 2 }]);
    for (const other of [undefined, '', 'null', '3', '"a"', '<html>', '{"a":']) {
      expect(readObject(other)).toBeUndefined();
      expect(readObjects(other)).toEqual([]);
    }
    expect(readObject('[1]')).toBeUndefined();
    expect(readObjects('{"a":1}')).toEqual([]);
  });

  it('has objects in objects and lists', () => {
    expect(asObject({ a: 1 })).toEqual({ a: 1 });
    expect(asObject([])).toBeUndefined();
    expect(asObject(null)).toBeUndefined();
    expect(objectsOf('no list')).toEqual([]);
  });

  it('counts from 0 up; anything else is no count', () => {
    const object = { zero: 0, share: 0.5, minus: -1, text: '3', huge: Infinity, none: null };
    expect(countOf(object, 'zero')).toBe(0);
    expect(countOf(object, 'share')).toBe(0.5);
    for (const name of ['minus', 'text', 'huge', 'none', 'missing']) {
      expect(countOf(object, name)).toBeUndefined();
    }
    expect(countOf(undefined, 'zero')).toBeUndefined();
  });

  it('has text that is not empty', () => {
    expect(textOf({ a: 'b' }, 'a')).toBe('b');
    expect(textOf({ a: '' }, 'a')).toBeUndefined();
    expect(textOf({ a: 1 }, 'a')).toBeUndefined();
    expect(textOf(undefined, 'a')).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import {
  BodyFields,
  isListOf,
  isObject,
  parseBody,
} from '../../../deploy/simulator/body-fields.ts';
import { refusalOf } from '../../support/simulator.ts';

describe('a body', () => {
  it('is a JSON object', () => {
    expect(parseBody('{"model": "m"}')).toEqual({ model: 'm' });
  });

  it('that is empty is refused as such', () => {
    expect(refusalOf(() => parseBody(''))).toEqual({ kind: 'empty-body' });
  });

  it('that breaks off is refused with the place where it does', () => {
    expect(refusalOf(() => parseBody('{"model": '))).toEqual({ kind: 'bad-json', at: 10 });
  });

  it('that is no JSON is refused with the place that the reader names', () => {
    expect(refusalOf(() => parseBody('{model: 1}'))).toEqual({ kind: 'bad-json', at: 1 });
  });

  it.each([
    ['[1,2]', [1, 2]],
    ['7', 7],
    ['"text"', 'text'],
    ['null', null],
  ])('%s is refused because it is no object', (text, found) => {
    expect(refusalOf(() => parseBody(text))).toEqual({ kind: 'not-an-object', found });
  });
});

describe('a member', () => {
  const fields = new BodyFields({
    text: 'one',
    texts: ['one', 'two'],
    whole: 5,
    part: 0.5,
    flag: false,
    list: [1, 'two'],
    object: { inside: 1 },
    nothing: null,
  });

  it('is read as what it is', () => {
    expect(fields.text('text')).toBe('one');
    expect(fields.integer('whole')).toBe(5);
    expect(fields.number('part')).toBe(0.5);
    expect(fields.flag('flag')).toBe(false);
    expect(fields.list('list')).toEqual([1, 'two']);
    expect(fields.object('object')?.integer('inside')).toBe(1);
    expect(fields.raw('object')).toEqual({ inside: 1 });
  });

  it('that is a list of texts or one text is read as texts', () => {
    expect(fields.texts('texts')).toEqual(['one', 'two']);
    expect(fields.texts('text')).toEqual(['one']);
    expect(fields.texts('absent')).toEqual([]);
  });

  it.each(['absent', 'nothing'])('that is %s is undefined', (field) => {
    expect(fields.text(field)).toBeUndefined();
    expect(fields.integer(field)).toBeUndefined();
    expect(fields.number(field)).toBeUndefined();
    expect(fields.flag(field)).toBeUndefined();
    expect(fields.list(field)).toBeUndefined();
    expect(fields.object(field)).toBeUndefined();
    expect(fields.raw(field)).toBeUndefined();
  });

  it.each([
    ['a text for a whole number', () => fields.integer('text'), 'text', 'integer', 'one'],
    ['a part for a whole number', () => fields.integer('part'), 'part', 'integer', 0.5],
    ['a text for a number', () => fields.number('text'), 'text', 'number', 'one'],
    ['a number for a flag', () => fields.flag('whole'), 'whole', 'boolean', 5],
    ['a number for a text', () => fields.text('whole'), 'whole', 'string', 5],
    ['a text for a list', () => fields.list('text'), 'text', 'list', 'one'],
    ['a list for an object', () => fields.object('texts'), 'texts', 'dictionary', ['one', 'two']],
    ['a mixed list for texts', () => fields.texts('list'), 'list', 'string', [1, 'two']],
  ])('%s is refused with what was found', (_what, read, field, expected, found) => {
    expect(refusalOf(read)).toEqual({ kind: 'bad-type', field, expected, found });
  });

  it('that is needed and absent is refused with what is there instead', () => {
    const few = new BodyFields({ model: 'm' });

    expect(refusalOf(() => few.missing('prompt'))).toEqual({
      kind: 'missing-field',
      field: 'prompt',
      found: { model: 'm' },
    });
  });
});

describe('a value', () => {
  it.each([
    [{}, true],
    [[], false],
    [null, false],
    ['text', false],
  ])('%j is an object: %s', (value, is) => {
    expect(isObject(value)).toBe(is);
  });

  it('is a list of a type when every member is', () => {
    expect(isListOf([], 'string')).toBe(true);
    expect(isListOf(['a'], 'string')).toBe(true);
    expect(isListOf(['a', 1], 'string')).toBe(false);
    expect(isListOf([1, 2], 'number')).toBe(true);
    expect(isListOf('text', 'string')).toBe(false);
  });
});

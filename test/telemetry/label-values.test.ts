import { describe, expect, it } from 'vitest';
import {
  LABEL_CHARACTERS_MAX,
  LABEL_VALUES_MAX,
  LabelValues,
  OTHER,
} from '../../telemetry/label-values.ts';

describe('the values of a label', () => {
  it('have each a number, the same at every call', () => {
    const values = new LabelValues(10);
    const ids = ['a', 'b', 'a', 'c', 'b'].map((value) => values.idOf(value));

    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toBe(ids[2]);
    expect(ids.map((id) => values.valueOf(id))).toEqual(['a', 'b', 'a', 'c', 'b']);
  });

  it('are told apart up to the cap, and read other one past it', () => {
    const values = new LabelValues(3);
    const read = (value: string): string => values.valueOf(values.idOf(value));

    expect(['a', 'b', 'c'].map(read)).toEqual(['a', 'b', 'c']);
    expect(read('d')).toBe(OTHER);
    expect(read('c')).toBe('c');
  });

  it.each([
    [LABEL_CHARACTERS_MAX, true],
    [LABEL_CHARACTERS_MAX + 1, false],
  ])('of %i characters are kept: %s', (characters, isKept) => {
    const values = new LabelValues(3);
    const value = 'x'.repeat(characters);

    expect(values.valueOf(values.idOf(value))).toBe(isKept ? value : OTHER);
  });

  it('cannot be used up by one that is called other', () => {
    const values = new LabelValues(1);

    expect(values.valueOf(values.idOf(OTHER))).toBe(OTHER);
    expect(values.valueOf(values.idOf('a'))).toBe('a');
  });

  it('count nothing for what has no value', () => {
    const values = new LabelValues(1);

    expect(values.valueOf(values.idOf(undefined))).toBe('');
    expect(values.idOf('')).toBe(values.idOf(undefined));
    expect(values.knownIdOf(undefined)).toBe(values.idOf(undefined));
    expect(values.valueOf(values.idOf('a'))).toBe('a');
  });

  it('that clients make up are recognised, never learned', () => {
    const values = new LabelValues(3);
    values.idOf('known');

    for (let guess = 0; guess < 10; guess += 1) values.knownIdOf(`guess-${guess}`);

    expect(values.valueOf(values.knownIdOf('known'))).toBe('known');
    expect(values.valueOf(values.knownIdOf('guess-1'))).toBe(OTHER);
    expect(values.valueOf(values.idOf('late'))).toBe('late');
  });

  it('never outnumber what a series can be found by', () => {
    expect(() => new LabelValues(LABEL_VALUES_MAX - 2)).not.toThrow();
    expect(() => new LabelValues(LABEL_VALUES_MAX - 1)).toThrow('numbers');
  });

  it('read other for a number that was never given', () => {
    expect(new LabelValues(3).valueOf(99)).toBe(OTHER);
  });
});

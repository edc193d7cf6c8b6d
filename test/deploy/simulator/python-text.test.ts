import { describe, expect, it } from 'vitest';
import { pythonFloat, pythonText } from '../../../deploy/simulator/python-text.ts';

describe('a value as Python prints it', () => {
  it.each([
    [null, 'None'],
    [undefined, 'None'],
    [true, 'True'],
    [false, 'False'],
    ['many', "'many'"],
    ["it's", "'it\\'s'"],
    ['a\\b', "'a\\\\b'"],
    [7, '7'],
    [0.5, '0.5'],
    [{}, '{}'],
    [[1, 2], '[1,2]'],
  ])('%j is %s', (value, text) => {
    expect(pythonText(value)).toBe(text);
  });

  it.each([
    [-3, '-3.0'],
    [0, '0.0'],
    [0.25, '0.25'],
  ])('the float %d is %s', (value, text) => {
    expect(pythonFloat(value)).toBe(text);
  });
});

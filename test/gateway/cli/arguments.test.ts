import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';

import {
  gather,
  integerBetween,
  numberBetween,
  oneOf,
  origin,
  port,
} from '../../../gateway/cli/arguments.ts';

describe('a number on the command line', () => {
  it('may be its bounds and what lies between', () => {
    expect(['0.5', '1', '2', '1e0', ' 1 '].map(numberBetween(0.5, 2))).toEqual([0.5, 1, 2, 1, 1]);
    expect(['-1', '0', '3'].map(integerBetween(-1, 3))).toEqual([-1, 0, 3]);
    expect(['0', '65535'].map(port)).toEqual([0, 65_535]);
  });

  it.each(['0.49', '2.01', '', ' ', 'x', 'NaN', 'Infinity', '1,5'])('is not %j', (text) => {
    expect(() => numberBetween(0.5, 2)(text)).toThrow('It must be a number from 0.5 to 2.');
  });

  it.each(['-1', '65536', '1.5', '1e3', '0x10', '', '80 '])('for a port is not %j', (text) => {
    expect(() => port(text)).toThrow(InvalidArgumentError);
    expect(() => port(text)).toThrow('It must be a whole number from 0 to 65535.');
  });
});

describe('a word on the command line', () => {
  it('is one of those that are known', () => {
    const read = oneOf(['near', 'far']);
    expect(read('far')).toBe('far');
    expect(() => read('Far')).toThrow('It must be one of near, far.');
  });
});

describe('a flag that comes several times', () => {
  it('is gathered in order', () => {
    expect(gather('b', gather('a'))).toEqual(['a', 'b']);
  });
});

describe('an origin', () => {
  it.each(['http://127.0.0.1:9080', 'https://gateway.test'])('is %s', (text) => {
    expect(origin(text)).toBe(text);
    expect(origin(`${text}/`)).toBe(text);
  });

  it.each(['127.0.0.1:9080', 'ftp://a', 'http://a/metrics', ''])('is not %j', (text) => {
    expect(() => origin(text)).toThrow('http:// or https://, a host and a port, and no path');
  });
});

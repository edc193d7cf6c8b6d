import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { column, numberColumn, terminalLine } from '../../../gateway/cli/terminal-line.ts';

describe('a line of a terminal', () => {
  it('is as long as the terminal is wide at most, coloured or not', () => {
    const pieces = fc.array(fc.tuple(fc.string(), fc.constantFrom('red', 'dim', undefined)));
    fc.assert(
      fc.property(pieces, fc.nat(60), fc.boolean(), (all, columns, hasColours) => {
        const line = terminalLine(all, { columns, hasColours });
        expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('is coloured only where there are colours', () => {
    const pieces = [['a', 'red'], ['b']] as const;

    expect(terminalLine(pieces, { columns: 9, hasColours: false })).toBe('ab');
    expect(terminalLine(pieces, { columns: 9, hasColours: true })).toBe('\u001b[31ma\u001b[39mb');
  });

  it('says that it was cut', () => {
    expect(terminalLine([['abc'], ['def']], { columns: 5, hasColours: false })).toBe('abcd…');
  });

  it('lets no name of a client move the cursor', () => {
    const line = terminalLine([['\u001b[2Jgone\r\n']], { columns: 20, hasColours: false });

    expect(line).toBe('?[2Jgone??');
  });

  it('has columns of one width', () => {
    expect([column('ab', 4), column('abcde', 4)]).toEqual(['ab  ', 'abc…']);
    expect([numberColumn('12', 4), numberColumn('12345', 4)]).toEqual(['  12', '123…']);
  });
});

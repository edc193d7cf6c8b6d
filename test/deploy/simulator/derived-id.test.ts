import { describe, expect, it } from 'vitest';
import { derivedId } from '../../../deploy/simulator/derived-id.ts';

describe('a derived id', () => {
  it('is 32 hexadecimal digits', () => {
    expect(derivedId('a', '1')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('follows from the id and the name, and differs with either', () => {
    expect(derivedId('a', '1')).toBe(derivedId('a', '1'));
    expect(derivedId('a', '2')).not.toBe(derivedId('a', '1'));
    expect(derivedId('b', '1')).not.toBe(derivedId('a', '1'));
  });
});

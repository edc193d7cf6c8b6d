import { describe, expect, it } from 'vitest';

import { isBefore } from '../../../gateway/engines/engine-version.ts';

describe('a version', () => {
  it.each([
    ['0.5.5', '0.6.4'],
    ['0.2.14', '0.3'],
    ['0.9.2', '0.10.0'],
    ['v0.5.5', '0.5.6'],
    ['0.6.4.post1', '0.6.5'],
    ['0', '0.0.1'],
  ])('%s came before %s', (version, release) => {
    expect(isBefore(version, release)).toBe(true);
  });

  it.each([
    ['0.6.4', '0.6.4'],
    ['0.6.4.post1', '0.6.4'],
    ['0.6.4rc2', '0.6.4'],
    ['0.10.0', '0.9.2'],
    ['0.32.0+cpu', '0.6.4'],
    ['1.0', '0.99.99'],
  ])('%s did not come before %s', (version, release) => {
    expect(isBefore(version, release)).toBe(false);
  });

  it('without numbers is old: nothing is known that it does', () => {
    expect(isBefore('dev-c68f7ede', '0.6.4')).toBe(true);
  });
});

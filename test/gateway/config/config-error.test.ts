import { describe, expect, it } from 'vitest';

import { ConfigError } from '../../../gateway/config/config-error.ts';

describe('a configuration error', () => {
  it('says all that is wrong, a line for each: flags, then the file from its first line on', () => {
    const problems = [
      { where: 'gateway.yaml:10:1', what: 'four' },
      { where: 'gateway.yaml:3:15', what: 'three' },
      { where: 'gateway.yaml:3:5', what: 'two' },
      { where: '--policy', what: 'one' },
    ];
    const error = new ConfigError(problems);
    expect(error.message).toBe(
      '--policy: one\ngateway.yaml:3:5: two\ngateway.yaml:3:15: three\ngateway.yaml:10:1: four',
    );
    expect(error.problems.map(({ what }) => what)).toEqual(['one', 'two', 'three', 'four']);
    expect(error).toBeInstanceOf(Error);
  });

  it('keeps its cause', () => {
    const cause = new Error('ENOENT');
    expect(new ConfigError([], { cause }).cause).toBe(cause);
  });
});

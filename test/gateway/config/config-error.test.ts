import { describe, expect, it } from 'vitest';

import { ConfigError } from '../../../gateway/config/config-error.ts';

describe('a configuration error', () => {
  it('says all that is wrong, a line for each', () => {
    const problems = [
      { where: 'gateway.yaml:3:5', what: 'listen.port cannot be 99999' },
      { where: '--policy', what: 'routing.policy cannot be x' },
    ];
    const error = new ConfigError(problems);
    expect(error.message).toBe(
      'gateway.yaml:3:5: listen.port cannot be 99999\n--policy: routing.policy cannot be x',
    );
    expect(error.problems).toBe(problems);
    expect(error).toBeInstanceOf(Error);
  });

  it('keeps its cause', () => {
    const cause = new Error('ENOENT');
    expect(new ConfigError([], { cause }).cause).toBe(cause);
  });
});

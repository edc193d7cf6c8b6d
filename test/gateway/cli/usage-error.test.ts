import { expect, it } from 'vitest';

import { UsageError } from '../../../gateway/cli/usage-error.ts';

it('a usage error is told from a failure at work, and keeps its cause', () => {
  const cause = new Error('inner');
  const error = new UsageError('wrong flag', { cause });
  expect(error).toMatchObject({ name: 'UsageError', message: 'wrong flag', cause });
  expect(new Error('work')).not.toBeInstanceOf(UsageError);
});

import { describe, expect, it } from 'vitest';

import type { GatewayError } from '../../../gateway/generation/error.ts';
import { OpenAttempts } from '../../../gateway/pipeline/open-attempts.ts';

/** An attempt that notes what ends it, and leaves as a real one does. */
function anAttempt(open: OpenAttempts, id: string, hasAnswered = false) {
  const errors: GatewayError[] = [];
  const leave = open.add(id, {
    hasAnswered,
    breakOff(error) {
      errors.push(error);
      leave();
    },
  });
  return { errors, leave };
}

describe('the attempts at a replica', () => {
  it('end together when it stands still, and those at others go on', () => {
    const open = new OpenAttempts();
    const here = [anAttempt(open, 'a'), anAttempt(open, 'a', true)];
    const there = anAttempt(open, 'b');

    open.stalled('a', 'stands still');

    expect(here.map(({ errors }) => errors.map(({ retryable }) => retryable))).toEqual([
      [true],
      [false],
    ]);
    expect(here[0]?.errors[0]).toMatchObject({
      code: 'engine_timeout',
      message: 'Replica a stands still.',
    });
    expect(there.errors).toEqual([]);
  });

  it('are forgotten when they end, once', () => {
    const open = new OpenAttempts();
    const first = anAttempt(open, 'a');
    first.leave();
    const second = anAttempt(open, 'a');
    first.leave();

    open.stalled('a', 'stands still');

    expect(first.errors).toEqual([]);
    expect(second.errors).toHaveLength(1);
  });
});

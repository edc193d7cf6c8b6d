import { describe, expect, it } from 'vitest';

import { GatewayError } from '../../../gateway/generation/error.ts';
import type { AttemptEnd } from '../../../gateway/pipeline/attempt.ts';
import { Blame } from '../../../gateway/pipeline/blame.ts';

const complete: AttemptEnd = { kind: 'complete' };
const broken: AttemptEnd = { kind: 'failed', error: new GatewayError('engine_failed', 'broke') };

function refused(status: number): AttemptEnd {
  return { kind: 'refused', refusal: { status, headers: {}, body: Buffer.alloc(0) } };
}

/** What is told of attempts at `r0`, `r1`, … that ended so. */
function toldOf(...ends: readonly AttemptEnd[]): string[] {
  const told: string[] = [];
  const blame = new Blame({
    attempted: (id, _end, sentMs) => told.push(`${id} since ${sentMs}`),
    excused: (id, sentMs) => told.push(`${id} excused since ${sentMs}`),
  });
  for (const [index, end] of ends.entries()) {
    blame.attempted(end, { replica: `r${index}`, sentMs: index });
  }
  return told;
}

describe('the blame for a failed request', () => {
  it('is the replica’s that alone answers 500, and at once', () => {
    expect(toldOf(refused(500))).toEqual(['r0 since 0']);
    expect(toldOf(refused(500), complete)).toEqual(['r0 since 0', 'r1 since 1']);
  });

  it('is nobody’s where another one answers 500 too', () => {
    expect(toldOf(refused(500), refused(500))).toEqual([
      'r0 since 0',
      'r0 excused since 0',
      'r1 excused since 1',
    ]);
  });

  it.each([
    ['502 says who stands before an engine', refused(502)],
    ['a connection breaks', broken],
    ['it is full', refused(503)],
  ])('is each one’s own where %s', (_what, end) => {
    expect(toldOf(refused(500), end)).toEqual(['r0 since 0', 'r1 since 1']);
    expect(toldOf(end, refused(500))).toEqual(['r0 since 0', 'r1 since 1']);
    expect(toldOf(end, end)).toEqual(['r0 since 0', 'r1 since 1']);
  });
});

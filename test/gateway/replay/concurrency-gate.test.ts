import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConcurrencyGate } from '../../../gateway/replay/concurrency-gate.ts';

describe('ConcurrencyGate', () => {
  it('lets as many in as its limit, and the next one when one leaves', () => {
    const gate = new ConcurrencyGate(2);
    const ran: string[] = [];
    for (const name of ['a', 'b', 'c']) gate.enter(() => ran.push(name));
    expect(ran).toEqual(['a', 'b']);

    gate.leave();

    expect(ran).toEqual(['a', 'b', 'c']);
  });

  it('lets everything through without a limit', () => {
    const gate = new ConcurrencyGate(undefined);
    let ran = 0;
    for (let count = 0; count < 1000; count += 1) gate.enter(() => (ran += 1));

    expect(ran).toBe(1000);
  });

  it('never passes its limit, serves in order and leaves nobody behind', () => {
    const steps = fc.array(fc.boolean(), { maxLength: 100 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), steps, (limit, enters) => {
        const gate = new ConcurrencyGate(limit);
        const started: number[] = [];
        let entered = 0;
        let open = 0;
        const enter = (): void => {
          const turn = entered;
          entered += 1;
          gate.enter(() => {
            started.push(turn);
            open += 1;
          });
        };
        const leave = (): void => {
          if (open === 0) return;
          open -= 1;
          gate.leave();
        };
        for (const isEnter of enters) {
          if (isEnter) enter();
          else leave();
          expect(open).toBeLessThanOrEqual(limit);
        }
        while (open > 0) leave();
        expect(started).toEqual(Array.from({ length: entered }, (_, index) => index));
      }),
    );
  });
});

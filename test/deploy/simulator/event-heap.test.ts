import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { EventHeap } from '../../../deploy/simulator/event-heap.ts';

describe('EventHeap', () => {
  it('gives nothing when empty', () => {
    const heap = new EventHeap();

    expect(heap.peek()).toBeUndefined();
    expect(heap.pop()).toBeUndefined();
    expect(heap.size).toBe(0);
  });

  it('leaves the earliest in place when peeked at and takes it out when popped', () => {
    const heap = new EventHeap();
    heap.push(2, () => undefined);
    const earlier = heap.push(1, () => undefined);

    expect(heap.peek()).toBe(earlier);
    expect(heap.size).toBe(2);
    expect(heap.pop()).toBe(earlier);
    expect(heap.size).toBe(1);
  });

  it('gives any events in order of time, equal times in the order in which they came', () => {
    const times = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 });
    fc.assert(
      fc.property(times, (timesMs) => {
        const heap = new EventHeap();
        for (const timeMs of timesMs) heap.push(timeMs, () => undefined);

        expect(drain(heap)).toEqual(
          timesMs
            .map((timeMs, order) => ({ timeMs, order }))
            .toSorted((one, other) => one.timeMs - other.timeMs || one.order - other.order),
        );
      }),
    );
  });

  it('keeps the order when pushes and pops alternate', () => {
    const moves = fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { maxLength: 60 });
    fc.assert(
      fc.property(moves, (wanted) => {
        const heap = new EventHeap();
        const held: number[] = [];
        for (const timeMs of wanted) {
          if (timeMs !== null) {
            heap.push(timeMs, () => undefined);
            held.push(timeMs);
            continue;
          }
          const least = held.toSorted((one, other) => one - other)[0];
          expect(heap.pop()?.timeMs).toBe(least);
          if (least !== undefined) held.splice(held.indexOf(least), 1);
        }
        expect(heap.size).toBe(held.length);
      }),
    );
  });
});

function drain(heap: EventHeap): { readonly timeMs: number; readonly order: number }[] {
  const drained = [];
  for (let event = heap.pop(); event !== undefined; event = heap.pop()) {
    drained.push({ timeMs: event.timeMs, order: event.order });
  }
  return drained;
}

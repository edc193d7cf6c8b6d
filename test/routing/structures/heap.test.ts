import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Heap } from '../../../routing/structures/heap.ts';

interface Item {
  readonly rank: number;
}

function heapOf(items: readonly Item[]): Heap<Item> {
  const heap = new Heap<Item>((one, other) => one.rank < other.rank);
  for (const item of items) heap.add(item);
  return heap;
}

function drain(heap: Heap<Item>): number[] {
  const ranks: number[] = [];
  for (let first = heap.first; first !== undefined; first = heap.first) {
    ranks.push(first.rank);
    heap.remove(first);
  }
  return ranks;
}

const items = fc.array(fc.record({ rank: fc.integer({ min: -50, max: 50 }) }), { maxLength: 60 });

describe('Heap', () => {
  it('has no first while it is empty', () => {
    const heap = heapOf([]);

    expect(heap.first).toBeUndefined();
    expect(heap.size).toBe(0);
  });

  it('gives its items in order, whatever the order they came in', () => {
    fc.assert(
      fc.property(items, (given) => {
        const ranks = given.map(({ rank }) => rank);

        expect(drain(heapOf(given))).toEqual(ranks.toSorted((one, other) => one - other));
      }),
    );
  });

  it('keeps the order of the rest when items are removed from anywhere', () => {
    fc.assert(
      fc.property(items, fc.array(fc.nat()), (given, choices) => {
        const heap = heapOf(given);
        const left = [...given];
        for (const choice of choices) {
          const [removed] = left.splice(choice % (left.length + 1), 1);
          if (removed !== undefined) expect(heap.remove(removed)).toBe(true);
        }

        expect(heap.size).toBe(left.length);
        const ranks = left.map(({ rank }) => rank);
        expect(drain(heap)).toEqual(ranks.toSorted((one, other) => one - other));
      }),
    );
  });

  it('lets the item that fills a gap rise where it comes before its new parent', () => {
    const given = [4, 1, 7, 6, 5, 3, 2].map((rank) => ({ rank }));
    const heap = heapOf(given);

    for (const item of given) if (item.rank === 6) heap.remove(item);

    expect(drain(heap)).toEqual([1, 2, 3, 4, 5, 7]);
  });

  it('says when there was nothing to remove', () => {
    const item = { rank: 1 };
    const heap = heapOf([item]);

    expect(heap.remove({ rank: 1 })).toBe(false);
    expect(heap.remove(item)).toBe(true);
    expect(heap.remove(item)).toBe(false);
  });
});

describe('walking a heap', () => {
  it('meets its items in order, as far as it goes, and leaves it as it was', () => {
    fc.assert(
      fc.property(items, fc.nat({ max: 60 }), (given, count) => {
        const heap = heapOf(given);
        const ranks = given.map(({ rank }) => rank).toSorted((one, other) => one - other);
        const walked = [...heap.inOrder()].slice(0, count).map(({ rank }) => rank);

        expect(walked).toEqual(ranks.slice(0, count));
        expect(drain(heap)).toEqual(ranks);
      }),
    );
  });

  it('has all items, in whatever order', () => {
    const given = [{ rank: 3 }, { rank: 1 }, { rank: 2 }];

    expect(new Set(heapOf(given).values())).toEqual(new Set(given));
  });
});

import { describe, expect, it } from 'vitest';
import { Receipt } from '../../routing/receipt.ts';

/** Three replicas, of which `full` had no room; two costs; the second candidate was picked. */
function aReceipt(facts: { readonly rows?: readonly number[]; readonly pick?: number } = {}) {
  return new Receipt({
    heads: { policy: 'test', costs: ['near', 'far'], filters: ['ready', 'head-room'] },
    replicas: ['one', 'full', 'two'],
    droppedBy: Uint8Array.of(0, 2, 0),
    rows: Float64Array.from(facts.rows ?? [1, 2, 10, 20, 11, 22, 80, Infinity]),
    candidateCount: 2,
    pick: facts.pick ?? 1,
    shadow: undefined,
  });
}

describe('a receipt', () => {
  it('tells the candidates, the pick and who was dropped by what', () => {
    const receipt = aReceipt();

    expect(receipt.policy).toBe('test');
    expect(receipt.candidates).toEqual(['one', 'two']);
    expect(receipt.picked).toBe('two');
    expect(receipt.pickedIndex).toBe(1);
    expect(receipt.dropped).toEqual([{ replica: 'full', filter: 'head-room' }]);
  });

  it('tells why a replica is in its state, of those that were dropped', () => {
    const receipt = new Receipt({
      heads: { policy: 'test', costs: [], filters: ['ready'] },
      replicas: ['one', 'sick', 'starting'],
      droppedBy: Uint8Array.of(0, 1, 1),
      stateReasons: new Map([
        ['one', 'nobody asks'],
        ['sick', 'GPU 3: lost'],
      ]),
      rows: new Float64Array(2),
      candidateCount: 1,
      pick: 0,
      shadow: undefined,
    });

    expect(receipt.dropped).toEqual([
      { replica: 'sick', filter: 'ready', reason: 'GPU 3: lost' },
      { replica: 'starting', filter: 'ready' },
    ]);
  });

  it('tells each cost in seconds, their sums, and the age of the loads', () => {
    const receipt = aReceipt();

    expect([...receipt.seconds]).toEqual([
      ['near', Float64Array.of(1, 2)],
      ['far', Float64Array.of(10, 20)],
    ]);
    expect(receipt.totalSeconds).toEqual(Float64Array.of(11, 22));
    expect(receipt.loadAgesMs).toEqual(Float64Array.of(80, Infinity));
  });

  it('tells cached tokens where there is a row of them', () => {
    expect(aReceipt().cachedTokens).toBeUndefined();
    expect(aReceipt({ rows: [1, 2, 10, 20, 11, 22, 80, 90, 0, 512] }).cachedTokens).toEqual(
      Float64Array.of(0, 512),
    );
  });

  it('names nobody where nobody was picked', () => {
    expect(aReceipt({ pick: -1 }).picked).toBeUndefined();
  });

  it('takes more memory with each figure', () => {
    const few = aReceipt().bytes;

    expect(few).toBeGreaterThan(8 * 8 + 3);
    expect(aReceipt({ rows: [1, 2, 10, 20, 11, 22, 80, 90, 0, 512] }).bytes).toBe(few + 16);
  });
});

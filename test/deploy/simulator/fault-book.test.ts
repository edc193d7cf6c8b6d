import { describe, expect, it } from 'vitest';
import { FaultBook, type FaultTarget } from '../../../deploy/simulator/fault-book.ts';
import { readFaultRule } from '../../../deploy/simulator/fault-rules.ts';

function aBook(...rules: readonly object[]): FaultBook {
  const book = new FaultBook();
  for (const rule of rules) book.add(readFaultRule(rule));
  return book;
}

function aTarget(facts: Partial<FaultTarget> = {}): FaultTarget {
  return { path: '/v1/completions', isGeneration: true, body: () => '{"model":"m"}', ...facts };
}

const health = aTarget({ path: '/health', isGeneration: false });

describe('a book of faults', () => {
  it('that is empty strikes nothing and looks at no body', () => {
    const target = aTarget({
      body: () => {
        throw new Error('nobody wants it');
      },
    });

    expect(aBook().strike(target)).toEqual([]);
    expect(aBook({ kind: 'hang' }).strike(target)).toHaveLength(1);
  });

  it('strikes what generates, and nothing else', () => {
    const book = aBook({ kind: 'hang' });

    expect(book.strike(aTarget())).toEqual([{ kind: 'hang' }]);
    expect(book.strike(health)).toEqual([]);
  });

  it('strikes a path that it is told, and nothing else', () => {
    const book = aBook({ kind: 'hang', match: { path: '/health' } });

    expect(book.strike(health)).toHaveLength(1);
    expect(book.strike(aTarget())).toEqual([]);
    expect(book.strike({ ...health, path: '/healthy' })).toEqual([]);
  });

  it('strikes a body that holds a text', () => {
    const book = aBook({ kind: 'hang', match: { bodyIncludes: '"m"' } });

    expect(book.strike(aTarget())).toHaveLength(1);
    expect(book.strike(aTarget({ body: () => '{"model":"n"}' }))).toEqual([]);
  });

  it('strikes as often as it is told', () => {
    const book = aBook({ kind: 'hang', times: 2 });
    const struck = [1, 2, 3].map(() => book.strike(aTarget()).length);

    expect(struck).toEqual([1, 1, 0]);
    expect(book.list()[0]?.hits).toBe(2);
  });

  it('counts only what it struck', () => {
    const book = aBook({ kind: 'hang', times: 1 });
    book.strike(health);
    book.strike(aTarget());

    expect(book.list()[0]?.hits).toBe(1);
  });

  it('lets several faults strike one request, in the order in which they were added', () => {
    const book = aBook({ kind: 'stall', at: 1, ms: 5 }, { kind: 'die', at: 3 });

    expect(book.strike(aTarget()).map(({ kind }) => kind)).toEqual(['stall', 'die']);
  });

  it('does not strike a request with what is wrong with the replica', () => {
    expect(aBook({ kind: 'slow', factor: 2 }).strike(aTarget())).toEqual([]);
  });

  it('tells what is wrong with the replica', () => {
    const book = aBook({ kind: 'hang' }, { kind: 'slow', factor: 2 }, { kind: 'slow', factor: 3 });

    expect(book.replicaFault('slow')).toEqual({ kind: 'slow', factor: 2 });
    expect(book.replicaFault('refuse')).toBeUndefined();
  });

  it('numbers its rules and forgets them all at once', () => {
    const book = aBook({ kind: 'hang' }, { kind: 'hang' });
    expect(book.list().map(({ id }) => id)).toEqual([1, 2]);
    book.clear();

    expect(book.list()).toEqual([]);
    expect(book.strike(aTarget())).toEqual([]);
    expect(book.add(readFaultRule({ kind: 'hang' }))?.id).toBe(3);
  });

  it('has room for 64 rules', () => {
    const book = aBook(...new Array<object>(64).fill({ kind: 'hang' }));

    expect(book.list()).toHaveLength(64);
    expect(book.add(readFaultRule({ kind: 'hang' }))).toBeUndefined();
    expect(book.list()).toHaveLength(64);
  });
});

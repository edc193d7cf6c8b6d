import { describe, expect, it } from 'vitest';
import { ServedLately } from '../../../gateway/pipeline/served-lately.ts';

function serve(served: ServedLately, ...ids: string[]): void {
  for (const id of ids) served.note(id);
}

describe('who was served lately', () => {
  it('is nobody at first, and nobody for who has just come', () => {
    const served = new ServedLately();
    expect(served.since(0)).toEqual({ requests: 0, lastIds: [] });

    serve(served, 'a', 'b');
    expect(served.since(served.requests)).toEqual({ requests: 0, lastIds: [] });
  });

  it('is named while there are few', () => {
    const served = new ServedLately();
    serve(served, 'a');
    const before = served.requests;
    serve(served, 'b', 'c');

    expect(served.since(before)).toEqual({ requests: 2, lastIds: ['b', 'c'] });
  });

  it('is counted, and the last three named, where there are many', () => {
    const served = new ServedLately();
    serve(served, 'a', 'b', 'c');
    expect(served.since(0)).toEqual({ requests: 3, lastIds: ['a', 'b', 'c'] });

    serve(served, 'd');
    expect(served.since(0)).toEqual({ requests: 4, lastIds: ['b', 'c', 'd'] });
  });
});

import { describe, expect, it } from 'vitest';

import { ReplicaList } from '../../../../gateway/discovery/sources/replica-list.ts';
import type { ReplicaTarget } from '../../../../gateway/discovery/sources/source.ts';

function aTarget(id: string, facts: Partial<ReplicaTarget> = {}): ReplicaTarget {
  return { id, url: `http://${id}.test`, labels: {}, ...facts };
}

/** What a list tells of its comings and goings. */
function heardOf(list: ReplicaList): { readonly heard: string[]; readonly stop: () => void } {
  const heard: string[] = [];
  const stop = list.watch({
    joined: ({ id }) => heard.push(`joined ${id}`),
    left: (id) => heard.push(`left ${id}`),
  });
  return { heard, stop };
}

describe('the replicas of the configuration', () => {
  it('are there from the start, in their order, and stay', () => {
    const { heard } = heardOf(new ReplicaList([aTarget('one'), aTarget('two')]));

    expect(heard).toEqual(['joined one', 'joined two']);
  });

  it('come and go as another list has them, and those in both stay', () => {
    const list = new ReplicaList([aTarget('one'), aTarget('two')]);
    const { heard } = heardOf(list);

    list.replace([aTarget('two'), aTarget('three')]);

    expect(heard.slice(2)).toEqual(['left one', 'joined three']);
  });

  it('leave and join anew where they are described in another way', () => {
    const list = new ReplicaList([aTarget('one')]);
    const { heard } = heardOf(list);

    list.replace([aTarget('one', { apiKey: 'other' })]);
    list.replace([aTarget('one', { apiKey: 'other' })]);

    expect(heard.slice(1)).toEqual(['left one', 'joined one']);
  });

  it('are told as they are to who watches later, and not to who has stopped', () => {
    const list = new ReplicaList([aTarget('one')]);
    const early = heardOf(list);
    early.stop();

    list.replace([aTarget('two')]);

    expect(early.heard).toEqual(['joined one']);
    expect(heardOf(list).heard).toEqual(['joined two']);
  });
});

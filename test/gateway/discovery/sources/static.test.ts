import { describe, expect, it } from 'vitest';

import { staticSource } from '../../../../gateway/discovery/sources/static.ts';
import type { ReplicaTarget } from '../../../../gateway/discovery/sources/source.ts';

describe('the replicas of the configuration', () => {
  it('are there from the start, in their order, and stay', () => {
    const targets = ['one', 'two'].map((id): ReplicaTarget => ({
      id,
      url: `http://${id}.test`,
      labels: {},
    }));
    const heard: string[] = [];
    const stop = staticSource(targets).watch({
      joined: ({ id }) => heard.push(`joined ${id}`),
      left: (id) => heard.push(`left ${id}`),
    });
    stop();
    expect(heard).toEqual(['joined one', 'joined two']);
  });
});

import { describe, expect, it } from 'vitest';

import { severalSources } from '../../../gateway/discovery/several-sources.ts';
import { ReplicaList } from '../../../gateway/discovery/sources/replica-list.ts';
import type { ReplicaSource } from '../../../gateway/discovery/sources/source.ts';

describe('several sources', () => {
  it('tell of the replicas of each, and end together', () => {
    const ended: string[] = [];
    const watched = (name: string): ReplicaSource => {
      const source = new ReplicaList([{ id: name, url: `http://${name}`, labels: {} }]);
      return {
        watch(listener) {
          const stop = source.watch(listener);
          return () => {
            stop();
            ended.push(name);
          };
        },
      };
    };
    const joined: string[] = [];
    const stop = severalSources([watched('one'), watched('two')]).watch({
      joined: ({ id }) => joined.push(id),
      left: () => undefined,
    });
    expect(joined).toEqual(['one', 'two']);
    stop();
    expect(ended).toEqual(['one', 'two']);
  });
});

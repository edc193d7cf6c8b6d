import { describe, expect, it } from 'vitest';

import type { LauncherState } from '../../../../deploy/launcher.ts';
import { launchedSource } from '../../../../gateway/discovery/sources/launched.ts';
import { targetOf } from '../../../../gateway/launch/planned-replicas.ts';
import { aPlan } from '../../../support/launched/plans.ts';
import { aLaunchedReplica, aLauncherState } from '../../../support/launched/states.ts';

function aSource(...ids: readonly string[]) {
  const news: string[] = [];
  let listener: ((state: LauncherState) => void) | undefined;
  const source = launchedSource(
    {
      watch(one) {
        listener = one;
        return () => (listener = undefined);
      },
    },
    ids.map((id) => targetOf(aPlan({ id }))),
  );
  const stop = source.watch({
    joined: ({ id }) => news.push(`joined ${id}`),
    left: (id) => news.push(`left ${id}`),
  });
  const tell = (...listed: readonly string[]): void => {
    const replicas = listed.map((id) =>
      aLaunchedReplica({ plan: aPlan({ id }), phase: 'starting' }),
    );
    listener?.(aLauncherState(...replicas));
  };
  return { news, stop, tell, isWatched: () => listener !== undefined };
}

describe('launched replicas', () => {
  it('come once, as soon as their launcher has them, and go with it', () => {
    const { news, tell } = aSource('one', 'two');
    tell('one');
    tell('one', 'two');
    tell('two');
    tell('one', 'two');
    expect(news).toEqual(['joined one', 'joined two', 'left one', 'joined one']);
  });

  it('are those that this gateway wants, and no others', () => {
    const { news, tell } = aSource('one');
    tell('other', 'one');
    tell('other');
    expect(news).toEqual(['joined one', 'left one']);
  });

  it('are not followed any longer than wanted', () => {
    const { stop, isWatched } = aSource('one');
    expect(isWatched()).toBe(true);
    stop();
    expect(isWatched()).toBe(false);
  });
});

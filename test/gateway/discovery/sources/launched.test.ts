import { describe, expect, it } from 'vitest';

import type { LauncherState } from '../../../../deploy/launcher.ts';
import { launchedSource } from '../../../../gateway/discovery/sources/launched.ts';
import { targetOf } from '../../../../gateway/launch/planned-replicas.ts';
import { aPlan } from '../../../support/launched/plans.ts';
import { aLaunchedReplica, aLauncherState } from '../../../support/launched/states.ts';

function aSource() {
  const news: string[] = [];
  let listener: ((state: LauncherState) => void) | undefined;
  const source = launchedSource(
    {
      watch(one) {
        listener = one;
        return () => (listener = undefined);
      },
    },
    ({ replicas }) => replicas.map(({ plan }) => targetOf(plan)),
  );
  const stop = source.watch({
    joined: ({ id, url }) => news.push(`joined ${id} at ${new URL(url).port}`),
    left: (id) => news.push(`left ${id}`),
  });
  const tell = (...listed: readonly (readonly [id: string, port: number])[]): void => {
    const replicas = listed.map(([id, port]) =>
      aLaunchedReplica({ plan: aPlan({ id, port }), phase: 'starting' }),
    );
    listener?.(aLauncherState(...replicas));
  };
  return { news, stop, tell, isWatched: () => listener !== undefined };
}

describe('launched replicas', () => {
  const one = ['one', 1] as const;
  const two = ['two', 2] as const;

  it('come once, as soon as their launcher has them, and go with it', () => {
    const { news, tell } = aSource();
    tell(one);
    tell(one, two);
    tell(two);
    tell(one, two);
    const back = ['left one', 'joined one at 1'];
    expect(news).toEqual(['joined one at 1', 'joined two at 2', ...back]);
  });

  it('go and come again where they are started elsewhere', () => {
    const { news, tell } = aSource();
    tell(one, two);
    news.length = 0;
    tell(['one', 3], two);
    tell(['one', 3], two);
    expect(news).toEqual(['left one', 'joined one at 3']);
  });

  it('are not followed any longer than wanted', () => {
    const { stop, isWatched } = aSource();
    expect(isWatched()).toBe(true);
    stop();
    expect(isWatched()).toBe(false);
  });
});

import { isDeepStrictEqual } from 'node:util';

import type { LauncherState } from '../../../deploy/launcher.ts';
import type { ReplicaId } from '../../../routing/replica.ts';
import type { ReplicaSource, ReplicaTarget } from './source.ts';

/** A launcher as this source follows it. */
export interface WatchedLauncher {
  /** Tells its state again and again, until the result is called. */
  watch(listener: (state: LauncherState) => void): () => void;
}

/**
 * The replicas that a launcher runs, where `targetsOf` its state says: there as soon as the launcher has them,
 * whether they are ready or not, and gone when it has ended them. One that is started again elsewhere goes and comes.
 */
export function launchedSource(
  launcher: WatchedLauncher,
  targetsOf: (state: LauncherState) => readonly ReplicaTarget[],
): ReplicaSource {
  return {
    watch(listener) {
      const present = new Map<ReplicaId, ReplicaTarget>();
      return launcher.watch((state) => {
        const listed = new Map(targetsOf(state).map((target) => [target.id, target]));
        for (const [id, target] of present) {
          if (isDeepStrictEqual(listed.get(id), target)) continue;
          present.delete(id);
          listener.left(id);
        }
        for (const [id, target] of listed) {
          if (present.has(id)) continue;
          present.set(id, target);
          listener.joined(target);
        }
      });
    },
  };
}

import type { LauncherState } from '../../../deploy/launcher.ts';
import type { ReplicaId } from '../../../routing/replica.ts';
import type { ReplicaSource, ReplicaTarget } from './source.ts';

/** A launcher as this source follows it. */
export interface WatchedLauncher {
  /** Tells its state again and again, until the result is called. */
  watch(listener: (state: LauncherState) => void): () => void;
}

/**
 * The replicas that a launcher runs, those of them that this gateway wants: there as soon as the launcher has
 * them, whether they are ready or not, and gone when it has ended them.
 */
export function launchedSource(
  launcher: WatchedLauncher,
  wanted: readonly ReplicaTarget[],
): ReplicaSource {
  return {
    watch(listener) {
      const present = new Set<ReplicaId>();
      return launcher.watch(({ replicas }) => {
        const listed = new Set(replicas.map(({ plan }) => plan.id));
        for (const target of wanted) {
          if (!listed.has(target.id) || present.has(target.id)) continue;
          present.add(target.id);
          listener.joined(target);
        }
        for (const id of present) {
          if (listed.has(id)) continue;
          present.delete(id);
          listener.left(id);
        }
      });
    },
  };
}

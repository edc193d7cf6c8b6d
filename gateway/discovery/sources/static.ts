import type { ReplicaSource, ReplicaTarget } from './source.ts';

/** The replicas of the configuration: all there from the start, for good. */
export function staticSource(targets: readonly ReplicaTarget[]): ReplicaSource {
  return {
    watch(listener) {
      for (const target of targets) listener.joined(target);
      return () => undefined;
    },
  };
}

import type { ReplicaSource } from './sources/source.ts';

/** The replicas of all the sources. No id may come from two of them. */
export function severalSources(sources: readonly ReplicaSource[]): ReplicaSource {
  return {
    watch(listener) {
      const stops = sources.map((source) => source.watch(listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

import { isDeepStrictEqual } from 'node:util';

import type { ReplicaSource, ReplicaTarget, SourceListener } from './source.ts';

/** The replicas of the configuration: there for as long as they are listed. */
export class ReplicaList implements ReplicaSource {
  readonly #listeners: Set<SourceListener> = new Set();
  #targets: readonly ReplicaTarget[];

  constructor(targets: readonly ReplicaTarget[]) {
    this.#targets = targets;
  }

  watch(listener: SourceListener): () => void {
    this.#listeners.add(listener);
    for (const target of this.#targets) listener.joined(target);
    return () => void this.#listeners.delete(listener);
  }

  /** Puts another list in place. Who stands in both as it is stays; who is described in another way leaves and joins anew. */
  replace(targets: readonly ReplicaTarget[]): void {
    const before = this.#targets;
    this.#targets = targets;
    const gone = before.filter((target) => !targets.some((other) => isSame(target, other)));
    const come = targets.filter((target) => !before.some((other) => isSame(target, other)));
    for (const listener of this.#listeners) {
      for (const { id } of gone) listener.left(id);
      for (const target of come) listener.joined(target);
    }
  }
}

function isSame(one: ReplicaTarget, other: ReplicaTarget): boolean {
  return one.id === other.id && isDeepStrictEqual(one, other);
}

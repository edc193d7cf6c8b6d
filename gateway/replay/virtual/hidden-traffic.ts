import type { WorkloadRequest } from '../workload.ts';
import { engineRequest } from './virtual-request.ts';
import type { VirtualReplica } from './virtual-replica.ts';

/**
 * Another gateway before the same replicas, of which ours sees nothing but the gauges. It sends each
 * request to where it has the fewest of its own open, the first in order among equals.
 */
export class HiddenTraffic {
  readonly #replicas: readonly VirtualReplica[];
  readonly #open: number[];

  constructor(replicas: readonly VirtualReplica[]) {
    this.#replicas = replicas;
    this.#open = replicas.map(() => 0);
  }

  /** Sends one request. What becomes of it nobody asks. */
  send(request: WorkloadRequest): void {
    const index = this.#open.indexOf(Math.min(...this.#open));
    const replica = this.#replicas[index];
    if (replica === undefined) return;
    const ended = (): void => this.#count(index, -1);
    this.#count(index, 1);
    replica.submit(engineRequest(request, replica.preset), {
      tokens: () => undefined,
      finished: ended,
      lost: ended,
    });
  }

  #count(index: number, change: number): void {
    this.#open[index] = (this.#open[index] ?? 0) + change;
  }
}

import { z } from 'zod';

import type { CancelTimer, Clock } from '../../clock.ts';
import type { FetchText } from '../../wire/text-client.ts';
import type { LoadSample, ProcessLateness } from '../replay-run.ts';
import type { FleetReplica } from './simulated-fleet.ts';

/** What is read of a simulated replica's admin page `/state`. */
const replicaState = z.object({
  load: z.object({
    runningRequests: z.number(),
    waitingRequests: z.number(),
    usedTokens: z.number(),
    capacityTokens: z.number().positive(),
  }),
  lateness: z.object({ p99Ms: z.number(), maxMs: z.number(), count: z.number() }),
});

/** Half a second of wall time: some two hundred points over a run of the demo. */
const INTERVAL_MS = 500;
/** A page that takes longer is passed over; the next one comes soon. */
const PAGE_MS_MAX = 2000;

/** What a sampler works with. */
export interface LoadSamplerParts {
  readonly replicas: readonly FleetReplica[];
  readonly fetchText: FetchText;
  readonly clock: Clock;
  readonly speed: number;
}

/** Notes the load of simulated replicas while a run goes on. */
export class LoadSampler {
  readonly #parts: LoadSamplerParts;
  readonly #samples: LoadSample[] = [];
  #startedMs = 0;
  #cancel: CancelTimer = () => undefined;
  #isStopped = false;

  constructor(parts: LoadSamplerParts) {
    this.#parts = parts;
  }

  /** Load samples so far; their times are from `start`, at speed 1. */
  get samples(): readonly LoadSample[] {
    return this.#samples;
  }

  start(): void {
    this.#startedMs = this.#parts.clock.nowMs();
    void this.#round();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** How late each replica's timers have been since it started. */
  async lateness(): Promise<readonly ProcessLateness[]> {
    const states = await Promise.all(
      this.#parts.replicas.map(async (replica) => ({ replica, state: await this.#read(replica) })),
    );
    return states.flatMap(({ replica, state }) => {
      if (state === undefined) return [];
      const { p99Ms, maxMs, count } = state.lateness;
      return [{ process: replica.id, keepsPace: true, p99Ms, maxMs, samples: count }];
    });
  }

  async #round(): Promise<void> {
    await Promise.all(this.#parts.replicas.map((replica) => this.#sample(replica)));
    if (this.#isStopped) return;
    this.#cancel = this.#parts.clock.after(INTERVAL_MS, () => void this.#round());
  }

  async #sample(replica: FleetReplica): Promise<void> {
    const state = await this.#read(replica);
    if (state === undefined || this.#isStopped) return;
    const { runningRequests, waitingRequests, usedTokens, capacityTokens } = state.load;
    this.#samples.push({
      atMs: (this.#parts.clock.nowMs() - this.#startedMs) * this.#parts.speed,
      replica: replica.id,
      runningRequests,
      waitingRequests,
      kvCacheUsage: usedTokens / capacityTokens,
    });
  }

  async #read({ adminUrl }: FleetReplica): Promise<z.infer<typeof replicaState> | undefined> {
    try {
      const signal = AbortSignal.timeout(PAGE_MS_MAX);
      const { body } = await this.#parts.fetchText(`${adminUrl}/state`, { headers: {}, signal });
      return replicaState.parse(JSON.parse(body));
    } catch {
      // A point of a chart is not worth a run: the next look comes soon.
      return undefined;
    }
  }
}

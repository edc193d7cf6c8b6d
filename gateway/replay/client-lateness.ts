import { monitorEventLoopDelay } from 'node:perf_hooks';

import type { ProcessLateness } from './replay-run.ts';

/** How often the event loop is looked at, in milliseconds; the look itself waits as long. */
const RESOLUTION_MS = 5;

/** Watches how late the event loop of this process is, from `start` on. */
export class ClientLateness {
  readonly #monitor: ReturnType<typeof monitorEventLoopDelay> = monitorEventLoopDelay({
    resolution: RESOLUTION_MS,
  });

  start(): void {
    this.#monitor.reset();
    this.#monitor.enable();
  }

  /** Ends the watch and tells what it saw. */
  stop(): ProcessLateness {
    this.#monitor.disable();
    return {
      process: 'client',
      keepsPace: false,
      p99Ms: beyondResolution(this.#monitor.percentile(99)),
      maxMs: beyondResolution(this.#monitor.max),
      samples: this.#monitor.count,
    };
  }
}

/** The monitor tells the time between two looks, in nanoseconds; what is over the intended time is lateness. */
function beyondResolution(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
}

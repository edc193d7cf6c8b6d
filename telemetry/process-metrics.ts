import type { EventLoopUtilization } from 'node:perf_hooks';
import type { Exposition } from './exposition.ts';
import type { MetricDefinition } from './semconv.ts';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { metrics } from './semconv.ts';

/** How often the event loop is asked whether it is late: fifty short timers a second. */
const LAG_RESOLUTION_MS = 20;

const NANOSECONDS = 1e9;

/** The process's own figures: CPU, memory, and how late its event loop runs. */
export class ProcessMetrics {
  readonly #lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  #usage: EventLoopUtilization = performance.eventLoopUtilization();

  /** Starts to watch the event loop, until `stop`. */
  constructor() {
    this.#lag.enable();
  }

  /** Adds every figure to a page; those of the event loop are of the time since the last page. */
  expose(page: Exposition): void {
    const memory = process.memoryUsage();
    const cpu = process.cpuUsage();
    const usage = performance.eventLoopUtilization();
    const figures: readonly (readonly [MetricDefinition, number])[] = [
      [metrics.cpuSeconds, (cpu.user + cpu.system) / 1e6],
      [metrics.residentMemory, memory.rss],
      [metrics.startTime, performance.timeOrigin / 1000],
      [metrics.heapUsed, memory.heapUsed],
      [metrics.externalMemory, memory.external],
      [metrics.eventLoopUsage, performance.eventLoopUtilization(usage, this.#usage).utilization],
      [metrics.eventLoopLagMean, this.#seconds(this.#lag.mean)],
      [metrics.eventLoopLagP99, this.#seconds(this.#lag.percentile(99))],
      [metrics.eventLoopLagMax, this.#seconds(this.#lag.max)],
    ];
    for (const [definition, value] of figures) page.scalars(definition, [{ labels: '', value }]);
    this.#usage = usage;
    this.#lag.reset();
  }

  /** Stops watching. */
  stop(): void {
    this.#lag.disable();
  }

  // Node records the whole time between two timers: what is above the resolution is lateness.
  #seconds(nanoseconds: number): number {
    if (this.#lag.count === 0) return 0;
    return Math.max(0, nanoseconds / NANOSECONDS - LAG_RESOLUTION_MS / 1000);
  }
}

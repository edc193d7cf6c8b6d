import type { MetricKey } from '../../../telemetry/semconv.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import type { FetchText } from '../../wire/text-client.ts';
import { samplesOf } from '../../wire/prometheus-text.ts';

/** What a replay reads of a gateway's metrics. */
export interface GatewayPage {
  readonly cpuSeconds: number;
  readonly queueWaitSeconds: number;
  readonly queuedRequests: number;
  /** Since the page was read before. */
  readonly eventLoopLagP99Seconds: number;
  readonly eventLoopLagMaxSeconds: number;
}

/** A page of metrics is made in milliseconds, also on a busy machine. */
const PAGE_MS_MAX = 5000;

/** Reads the metrics of the gateway whose admin port is at `adminUrl`; `undefined` when there are none. */
export async function readGatewayPage(
  adminUrl: string,
  fetchText: FetchText,
): Promise<GatewayPage | undefined> {
  try {
    const signal = AbortSignal.timeout(PAGE_MS_MAX);
    const { body } = await fetchText(`${adminUrl}/metrics`, { headers: {}, signal });
    return parseGatewayPage(body);
  } catch {
    // What the gateway cost is then not told; the run itself stands.
    return undefined;
  }
}

/** The figures of a page; a family that it lacks counts as 0. */
export function parseGatewayPage(page: string): GatewayPage {
  const sum = (metric: MetricKey, suffix = ''): number =>
    samplesOf(page, metrics[metric].name + suffix).reduce((total, { value }) => total + value, 0);
  return {
    cpuSeconds: sum('cpuSeconds'),
    queueWaitSeconds: sum('queueWait', '_sum'),
    queuedRequests: sum('queueWait', '_count'),
    eventLoopLagP99Seconds: sum('eventLoopLagP99'),
    eventLoopLagMaxSeconds: sum('eventLoopLagMax'),
  };
}

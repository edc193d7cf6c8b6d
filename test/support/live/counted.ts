import { labelOf, samplesOf } from '../../../gateway/wire/prometheus-text.ts';
import type { MetricKey } from '../../../telemetry/semconv.ts';
import { metrics } from '../../../telemetry/semconv.ts';

/** Sum of a metric of the gateway at `adminUrl` over the series that have these labels. */
export async function counted(
  adminUrl: string,
  metric: MetricKey,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const page = await (await fetch(`${adminUrl}/metrics`)).text();
  return samplesOf(page, metrics[metric].name)
    .filter((sample) =>
      Object.entries(labels).every(([name, value]) => labelOf(sample, name) === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}

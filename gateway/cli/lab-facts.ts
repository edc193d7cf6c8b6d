import { countText, durationText } from '../replay/report/quantity-text.ts';
import type { LabOptions } from '../replay/lab/lab-run.ts';

/** What was compared, in sentences that stand above the figures. */
export function labFacts({
  workload,
  presets,
  admission,
  seed,
  serviceLevel,
}: LabOptions): readonly string[] {
  const requests = countText(workload.requests.length);
  const fleet = Array.from(
    Map.groupBy(presets, ({ name }) => name),
    ([name, those]) => `${those.length} × ${name}`,
  );
  const { timeToFirstTokenMs, tokenGapMs } = serviceLevel;
  return [
    `${requests} requests (${workload.dataset}), ${rateText(workload.requestRate)}, seed ${seed}.`,
    `Simulated, on virtual time: ${fleet.join(', ')}; admission ${admission}.`,
    `Good: first token within ${durationText(timeToFirstTokenMs)} and a mean gap of at most ${durationText(tokenGapMs)}.`,
  ];
}

function rateText(requestRate: number | undefined): string {
  if (requestRate === undefined) return 'arrivals as recorded';
  return requestRate === Infinity ? 'all at once' : `${requestRate} a second`;
}

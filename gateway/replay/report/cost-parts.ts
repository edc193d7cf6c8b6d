import type { AddedTime, GatewayCost, ReplayRun } from '../replay-run.ts';
import { durationText } from './quantity-text.ts';

/** One part of what a run tells beside its figures. */
export interface CostPart {
  readonly title: string;
  /** Label and value. */
  readonly rows: readonly (readonly [string, string])[];
}

/** Where the time went that is not an engine's: waiting, the gateway, the machine. Parts without rows are left out. */
export function costParts({ gatewayCost, lateness }: ReplayRun): readonly CostPart[] {
  const parts: CostPart[] = [
    {
      title: 'Waiting for KV room (engine time, as at speed 1)',
      rows: waitRows(gatewayCost),
    },
    { title: 'What the gateway itself added (wall time)', rows: addedRows(gatewayCost) },
    {
      title: 'How late this machine was (wall time, P99)',
      rows: lateness.map(({ process, p99Ms }) => [process, durationText(p99Ms)]),
    },
  ];
  return parts.filter(({ rows }) => rows.length > 0);
}

function waitRows(cost: GatewayCost | undefined): CostPart['rows'] {
  if (cost?.queueWaitMs === undefined) return [];
  return [['In the gateway’s queue, mean', durationText(cost.queueWaitMs)]];
}

function addedRows(cost: GatewayCost | undefined): CostPart['rows'] {
  return [
    ...addedRow('First token', cost?.firstToken),
    ...addedRow('Gap between tokens', cost?.tokenGap),
    ...(cost?.cpuMsPerToken === undefined
      ? []
      : ([['CPU per output token', durationText(cost.cpuMsPerToken)]] as const)),
  ];
}

function addedRow(label: string, added: AddedTime | undefined): CostPart['rows'] {
  if (added === undefined) return [];
  return [[`${label} (median of ${added.pairs} pairs)`, addedText(added)]];
}

/** What lies within the noise, or below nothing, is about nothing; what was measured stands beside it. */
function addedText({ medianMs, noiseMs }: AddedTime): string {
  const noise = `± ${durationText(noiseMs)}`;
  if (medianMs > noiseMs) return `${durationText(medianMs)} ${noise}`;
  const sign = medianMs < 0 ? '−' : '';
  return `about 0 (measured ${sign}${durationText(Math.abs(medianMs))} ${noise})`;
}

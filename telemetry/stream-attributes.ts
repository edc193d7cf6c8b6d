import type { AttributeList } from './attribute-list.ts';
import { encodeGaps } from './gap-code.ts';
import { gapBoundsSeconds, gapFigures } from './gap-figures.ts';
import type { Recorder } from './recorder.ts';
import { attributes } from './span-attributes.ts';

/** Adds when the tokens of a stream came: a span tells it in a few figures and one short text, never in a span a token. */
export function addStream(list: AttributeList, record: Recorder, goodGapMs: number): void {
  const timing = record.timing();
  list.setSeconds(attributes.timeToFirstToken, timing.timeToFirstTokenMs);
  list.setSeconds(attributes.timePerOutputToken, timing.timePerOutputTokenMs);
  list.setSeconds(attributes.gapMax, timing.interTokenLatencyMaxMs);
  if (record.pauses > 0) list.setCount(attributes.pauses, record.pauses);
  if (record.resumes > 0) list.setCount(attributes.resumes, record.resumes);
  addGaps(list, record, goodGapMs);
}

function addGaps(list: AttributeList, { timer }: Recorder, goodGapMs: number): void {
  const gaps = timer.gaps();
  if (gaps.length === 0) return;
  const { p50Ms, p95Ms, stalls, counts } = gapFigures(gaps, goodGapMs);
  list.setSeconds(attributes.gapP50, p50Ms);
  list.setSeconds(attributes.gapP95, p95Ms);
  list.setCount(attributes.stalls, stalls);
  list.set(attributes.gapBounds, [...gapBoundsSeconds]);
  list.set(attributes.gapCounts, [...counts]);
  list.setWhole(attributes.gaps, encodeGaps(gaps, timer.outputs - 1));
}

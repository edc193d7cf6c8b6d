import type { RequestDecision } from '../replay-run.ts';
import { countText, durationText } from './quantity-text.ts';

/** Replicas that are named in one sentence. */
const NAMED_MAX = 3;

/** One decision in one line: what the request waited for, who was picked at what cost, and who was not. */
export function decisionText(decision: RequestDecision): string {
  const parts = [waitPart(decision), pickPart(decision), nextPart(decision), droppedPart(decision)];
  return `${parts.filter((part) => part !== '').join('; ')}.`;
}

function waitPart({ waitMs, servedRequests }: RequestDecision): string {
  if (waitMs === 0) return 'Did not wait';
  return `Waited ${durationText(waitMs)} while ${countText(servedRequests)} were served`;
}

function pickPart({ replica, refusal, costsMs, candidates }: RequestDecision): string {
  if (replica === undefined) return `refused as ${refusal ?? 'unroutable'}`;
  const total = candidates.find((each) => each.replica === replica)?.costMs;
  if (total === undefined || costsMs.size === 0) return `went to ${replica}`;
  const costs = Array.from(costsMs, ([name, ms]) => [name.replaceAll('-', ' '), ms] as const)
    .filter(([, ms]) => ms > 0)
    .map(([name, ms]) => `${name} ${durationText(ms)}`);
  const made = costs.length === 0 ? '' : ` (${costs.join(', ')})`;
  return `went to ${replica} at a cost of ${durationText(total)}${made}`;
}

/** What the cheapest of the others would have cost. */
function nextPart({ replica, candidates, costsMs }: RequestDecision): string {
  if (costsMs.size === 0) return '';
  const others = candidates
    .filter((each) => each.replica !== replica)
    .toSorted((one, other) => one.costMs - other.costMs)
    .slice(0, NAMED_MAX)
    .map((each) => `${each.replica} ${durationText(each.costMs)}`);
  return others.length === 0 ? '' : `next ${others.join(', ')}`;
}

function droppedPart({ dropped }: RequestDecision): string {
  if (dropped.length === 0) return '';
  const named = dropped.slice(0, NAMED_MAX).map(({ replica, filter }) => `${replica} by ${filter}`);
  const more = dropped.length > NAMED_MAX ? ` and ${dropped.length - NAMED_MAX} more` : '';
  return `left out ${named.join(', ')}${more}`;
}

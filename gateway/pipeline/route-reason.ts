import { TOO_LONG_SECONDS } from '../../routing/policies/catalog.ts';
import type { ReplicaId } from '../../routing/replica.ts';
import type { Receipt } from '../../routing/router.ts';
import type { TurnWait } from './dispatcher.ts';

/** Longest reason: collectors cut longer attributes, and nobody reads them. */
export const REASON_BYTES_MAX = 2_000;

/** Replicas that are named for one filter, and candidates that are named beside the pick. */
const NAMED_MAX = 3;

/** What a reason is made from. */
export interface Reasoned {
  /** `undefined` where no replica was looked for. */
  readonly receipt: Receipt | undefined;
  readonly wait: TurnWait;
  /** Code of the error that the request was refused with. */
  readonly refusal: string | undefined;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly expectedOutputTokens: number;
}

/** A decision in one line for logs and spans, cut at `REASON_BYTES_MAX`. */
export function routeReason(decision: Reasoned): string {
  const { receipt } = decision;
  const parts = [
    ...(receipt === undefined ? ['no replica was looked for'] : receiptParts(receipt)),
    ...waitParts(decision),
    tokenPart(decision),
  ];
  return cut(parts.join('; '));
}

function receiptParts(receipt: Receipt): string[] {
  const parts = droppedParts(receipt);
  if (receipt.picked === undefined) return [`${receipt.policy} found nobody`, ...parts];
  return [pickPart(receipt, receipt.picked), ...nextPart(receipt), ...parts, ...agePart(receipt)];
}

function pickPart(receipt: Receipt, picked: ReplicaId): string {
  const { policy, pickedIndex, seconds, candidates, totalSeconds } = receipt;
  const of = `of ${candidates.length} ${candidates.length === 1 ? 'candidate' : 'candidates'}`;
  if (seconds.size === 0) return `${policy} picked ${picked} ${of}`;
  const costs = Array.from(seconds, ([name, row]) => `${name} ${costText(row[pickedIndex])}`);
  const total = totalSeconds[pickedIndex];
  const at = isTooLong(total) ? ', too long for it' : ` at ${digits(total)} s`;
  return `${policy} picked ${picked} ${of}${at} (${costs.join(', ')})`;
}

/** The cheapest of the others. */
function nextPart({ candidates, pickedIndex, seconds, totalSeconds }: Receipt): string[] {
  if (seconds.size === 0) return [];
  const others = candidates
    .map((replica, index) => ({ replica, index, seconds: totalSeconds[index] ?? 0 }))
    .filter(({ index }) => index !== pickedIndex)
    .toSorted((one, other) => one.seconds - other.seconds)
    .slice(0, NAMED_MAX)
    .map(
      ({ replica, seconds: total }) =>
        `${replica} ${isTooLong(total) ? 'too long' : `${digits(total)} s`}`,
    );
  return others.length === 0 ? [] : [`next ${others.join(', ')}`];
}

function droppedParts({ dropped }: Receipt): string[] {
  const byFilter = Map.groupBy(dropped, ({ filter }) => filter);
  return Array.from(byFilter, ([filter, those]) => {
    const named = those
      .slice(0, NAMED_MAX)
      .map(({ replica, reason }) => (reason === undefined ? replica : `${replica} (${reason})`));
    const more = those.length > NAMED_MAX ? ` and ${those.length - NAMED_MAX} more` : '';
    return `${filter} dropped ${named.join(', ')}${more}`;
  });
}

function agePart({ loadAgesMs, pickedIndex }: Receipt): string[] {
  const ageMs = loadAgesMs[pickedIndex] ?? Infinity;
  return [
    ageMs === Infinity ? 'its load is not known' : `its load was ${Math.round(ageMs)} ms old`,
  ];
}

function waitParts({ wait, refusal }: Reasoned): string[] {
  const refused = refusal === undefined ? [] : [`refused as ${refusal}`];
  if (wait.ms === 0) return refused;
  const { requests, lastIds } = wait.served;
  const last = lastIds.length === 0 ? '' : `, last ${lastIds.join(', ')}`;
  const text = `waited ${digits(wait.ms / 1000)} s for ${wait.lacked ?? 'a turn'}`;
  return [...refused, `${text} while ${requests} were served${last}`];
}

function tokenPart({ promptTokens, cachedTokens, expectedOutputTokens }: Reasoned): string {
  const cached = cachedTokens === 0 ? '' : ` (${Math.round(cachedTokens)} cached)`;
  const output = Math.round(expectedOutputTokens);
  return `reckoned with ${promptTokens} prompt tokens${cached} and ${output} of output`;
}

function costText(seconds: number | undefined): string {
  return isTooLong(seconds) ? 'too long' : digits(seconds);
}

function isTooLong(seconds: number | undefined): boolean {
  return (seconds ?? 0) >= TOO_LONG_SECONDS;
}

function digits(value: number | undefined): string {
  return String(Number((value ?? 0).toPrecision(3)));
}

const encoder = new TextEncoder();

function cut(text: string): string {
  if (text.length * UTF8_BYTES_MAX <= REASON_BYTES_MAX) return text;
  const { read } = encoder.encodeInto(text, new Uint8Array(REASON_BYTES_MAX));
  return text.slice(0, read);
}

/** Bytes of one UTF-16 unit in UTF-8, at most. */
const UTF8_BYTES_MAX = 3;

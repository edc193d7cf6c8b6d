import assert from 'node:assert/strict';

import type { StreamedAnswer } from '../streamed-answer.ts';
import { endingOf, tally } from '../streamed-answer.ts';
import type { Aftermath } from './loaded-fleet.ts';
import { STREAMS, TOKENS } from './loaded-fleet.ts';

/** From the death of the replica until a client knows that its stream is cut. */
const TOLD_MS_MAX = 1_000;

/** Every stream is whole, and those of the dead replica have one seam; `before` is a run without a death. */
export function goOnElsewhere(
  { streams, victim }: Aftermath,
  before: readonly StreamedAnswer[],
): string {
  assert.equal(tally(streams), `${STREAMS} whole`);
  assert(streams.every(({ outputTokens }) => outputTokens === TOKENS));
  const resumed = streams.filter(({ replica }) => replica === victim.id);
  assert(resumed.length > 0);
  assert(streams.every((stream) => stream.seams.length === (resumed.includes(stream) ? 1 : 0)));
  const same = new Set(streams.filter(({ text }, index) => text === before[index]?.text));
  const others = streams.filter((stream) => !resumed.includes(stream));
  const share = (of: readonly StreamedAnswer[]): string =>
    `${of.filter((stream) => same.has(stream)).length} of ${of.length}`;
  const gapMs = mostMs(resumed.map(({ longestGapMs }) => longestGapMs));
  const went = `${resumed.length} of ${STREAMS} streams went on, after ${gapMs} ms at most`;
  return `${went}; the text of the run before in ${share(resumed)} of them and ${share(others)} others`;
}

/** Every stream of the dead replica that cannot go on says so in time, and breaks; the others are whole. */
export function areTold({ bound, strikeMs, victim }: Aftermath): string {
  const hit = bound.filter(({ replica }) => replica === victim.id);
  assert(hit.length > 0);
  assert(
    bound.every((stream) => endingOf(stream) === (hit.includes(stream) ? 'told' : 'whole')),
    tally(bound),
  );
  assert(hit.every(({ isBroken, errorCode }) => isBroken && errorCode === 'engine_failed'));
  const toldMs = mostMs(hit.map(({ endMs }) => endMs - strikeMs));
  assert(toldMs < TOLD_MS_MAX, `told after ${toldMs} ms`);
  return `${hit.length} that cannot: engine_failed and a broken connection after ${toldMs} ms at most`;
}

/** What was not streamed is answered elsewhere. */
export function areWhole({ plain }: Aftermath): string {
  assert(
    plain.every((status) => status === 200),
    plain.join(),
  );
  return `${plain.length} of ${plain.length} plain answers whole`;
}

function mostMs(times: readonly number[]): number {
  return Math.round(Math.max(...times));
}

import { countText, durationText } from '../replay/report/quantity-text.ts';
import { wrapped } from '../replay/report/wrapped.ts';
import type { DecisionPage, OutcomePage } from '../server/decision-shapes.ts';
import { candidateTable, COLUMNS_MAX, secondsText } from './candidate-table.ts';

/** Replicas that are named for one filter. */
const NAMED_MAX = 8;

/** Why a request went where it went, for a terminal: one part for each decision on it. */
export function explanation(decisions: readonly DecisionPage[]): string {
  const [first] = decisions;
  if (first === undefined) return 'No decision.';
  const { requestId, model, tenant } = first;
  const whose = tenant === '' ? '' : `, tenant ${tenant}`;
  const head = `Request ${requestId}: model ${model}${whose}`;
  return [head, ...decisions.map((decision) => part(decision, decisions.length))].join('\n\n');
}

function part(decision: DecisionPage, count: number): string {
  const paragraphs = [
    [titleLine(decision, count), waitLine(decision), tokenLine(decision)].join('\n'),
    decision.candidates.length === 0 ? '' : candidateTable(decision),
    droppedLines(decision).join('\n'),
    shadowLine(decision),
    outcomeLines(decision).join('\n'),
  ];
  return paragraphs
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => paragraph.split('\n').map(fitted).join('\n'))
    .join('\n\n');
}

/** Tables are narrow enough already, and their blanks are to stay. */
function fitted(line: string): string {
  return line.length > COLUMNS_MAX ? wrapped(line, COLUMNS_MAX) : line;
}

function titleLine(decision: DecisionPage, count: number): string {
  const { policy, replica, refusal, at } = decision;
  const ordinal = count === 1 ? '' : `Decision ${decision.decision}: `;
  const when = `at ${at.slice(11, 23)} UTC`;
  if (policy === null) return `${ordinal}refused (${refusal}) ${when}, no replica was looked for.`;
  if (replica === null) return `${ordinal}refused (${refusal}) ${when}: ${policy} found nobody.`;
  return `${ordinal}${policy} picked ${replica} ${when}.`;
}

function waitLine({ wait, decision }: DecisionPage): string {
  if (wait.ms === 0) return decision === 1 ? 'It did not wait.' : 'A retry does not wait.';
  const lacked = wait.lacked === 'turn' ? 'its turn' : 'room on a replica';
  const last = wait.lastServed.length === 0 ? '' : `, last ${wait.lastServed.join(', ')}`;
  return (
    `It waited ${durationText(wait.ms)} for ${lacked}; ${countText(wait.waitingRequests)} waited ` +
    `when it came, ${countText(wait.servedRequests)} were served meanwhile${last}.`
  );
}

function tokenLine({ promptTokens, expectedOutputTokens }: DecisionPage): string {
  return (
    `Reckoned with ${countText(promptTokens)} prompt tokens and ` +
    `${countText(expectedOutputTokens)} of output.`
  );
}

function droppedLines({ dropped }: DecisionPage): readonly string[] {
  const byFilter = Map.groupBy(dropped, ({ filter }) => filter);
  return Array.from(byFilter, ([filter, those]) => {
    const names = those.slice(0, NAMED_MAX).map(nameOf);
    const more = those.length - names.length;
    const why = filterWords.get(filter);
    const words = why === undefined ? '' : ` (${why})`;
    return `Left out by ${filter}${words}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  });
}

function nameOf({ replica, reason }: DecisionPage['dropped'][number]): string {
  return reason === undefined ? replica : `${replica} (${reason})`;
}

/** What a replica lacks that a filter drops. */
const filterWords: ReadonlyMap<string, string> = new Map([
  ['serves', 'has not told that it has the model'],
  ['speaks', 'another engine’s API'],
  ['ready', 'not ready'],
  ['not-excluded', 'has failed this request before'],
  ['head-room', 'no room for it then'],
]);

function shadowLine({ shadow, policy, replica }: DecisionPage): string {
  if (shadow === null || shadow === undefined) return '';
  if (shadow.replica === replica) return `Shadow ${shadow.policy} would have picked it too.`;
  const { byActing, byShadow } = shadow;
  const views = [
    { by: policy, seconds: byActing && byActing.shadowSeconds - byActing.actingSeconds },
    { by: 'its own', seconds: byShadow && byShadow.shadowSeconds - byShadow.actingSeconds },
  ].flatMap(({ by, seconds }) => (seconds === undefined ? [] : [comparedText(seconds, by)]));
  const costs = views.length === 0 ? '' : `: ${views.join(', ')}`;
  return `Shadow ${shadow.policy} would have picked ${shadow.replica}${costs}.`;
}

function comparedText(seconds: number, by: string | null): string {
  const size = secondsText(Math.abs(seconds));
  if (size === '0') return `as cheap by ${by} costs`;
  if (size === 'too long')
    return `with ${seconds > 0 ? 'too short a' : 'a longer'} context by ${by} costs`;
  return `${size} ${seconds > 0 ? 'dearer' : 'cheaper'} by ${by} costs`;
}

function outcomeLines(decision: DecisionPage): readonly string[] {
  const { outcome } = decision;
  if (outcome === null) return ['It goes on.'];
  return [
    endLine(outcome),
    ...firstTokenLine(decision, outcome),
    ...comparedTokens('Output', outcome.outputTokens, decision.expectedOutputTokens),
    ...comparedTokens('Prompt', outcome.promptTokens, decision.promptTokens),
    ...comparedTokens('Cached', outcome.cachedTokens, cachedAtPick(decision)),
  ];
}

function endLine({ status, error, durationMs }: OutcomePage): string {
  const what = status === null ? 'Failed' : `Ended as ${status}`;
  const why = error === null ? '' : ` (${error})`;
  return `${what}${why} after ${durationText(Math.round(durationMs))}.`;
}

function firstTokenLine(
  { candidates, replica }: DecisionPage,
  { timeToFirstTokenMs, prefillMs }: OutcomePage,
): readonly string[] {
  if (timeToFirstTokenMs === null || prefillMs === null) return [];
  const predicted = candidates.find((each) => each.replica === replica)?.seconds['prefill-wait'];
  const expected = predicted === undefined ? '' : `, predicted ${secondsText(predicted)}`;
  return [
    `First token ${durationText(Math.round(timeToFirstTokenMs))} after it came, ` +
      `${durationText(Math.round(prefillMs))} after it was sent${expected}.`,
  ];
}

function comparedTokens(
  name: string,
  actual: number | null,
  expected: number | null,
): readonly string[] {
  if (actual === null) return [];
  const beside = expected === null ? '' : `, expected ${countText(expected)}`;
  return [`${name} ${countText(actual)} tokens${beside}.`];
}

function cachedAtPick({ candidates, replica }: DecisionPage): number | null {
  return candidates.find((each) => each.replica === replica)?.cachedTokens ?? null;
}

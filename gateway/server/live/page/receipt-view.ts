import type { DecisionPage } from '../../decision-shapes.ts';
import { element } from './elements.ts';
import { outcomeText, receiptTable, waitText } from './model/receipt-rows.ts';

/** Why a request went where it went: what it waited for, who was looked at with which costs, and what came of it. */
export function receipt(decision: DecisionPage, count: number): HTMLElement {
  const title = count === 1 ? 'Decision' : `Decision ${decision.decision}`;
  const lines = [decision.reason, waitText(decision), droppedText(decision), outcomeText(decision)];
  return element(
    'section',
    { class: 'receipt' },
    element('h3', {}, title),
    ...lines.filter((line) => line !== '').map((line) => element('p', {}, line)),
    ...(decision.candidates.length === 0 ? [] : [candidates(decision)]),
  );
}

function droppedText({ dropped }: DecisionPage): string {
  const byFilter = Map.groupBy(dropped, ({ filter }) => filter);
  return Array.from(byFilter, ([filter, those]) => `${those.length} left out by ${filter}`).join(
    ', ',
  );
}

function candidates(decision: DecisionPage): HTMLElement {
  const { heads, rows, hidden } = receiptTable(decision);
  const head = element('tr', {}, ...heads.map((text) => element('th', { scope: 'col' }, text)));
  const body = rows.map(({ replica, isPick, cells }) => {
    const name = isPick ? `${replica} ✓` : replica;
    const row = cells.map((cell) => element('td', {}, cell));
    return element(
      'tr',
      isPick ? { class: 'pick' } : {},
      element('th', { scope: 'row' }, name),
      ...row,
    );
  });
  const table = element(
    'table',
    {},
    element('caption', { class: 'soft' }, 'What each candidate would have cost; ✓ was picked.'),
    element('thead', {}, head),
    element('tbody', {}, ...body),
  );
  const more =
    hidden === 0 ? [] : [element('p', { class: 'soft' }, `and ${hidden} more, none cheaper`)];
  return element('div', { class: 'scroll' }, table, ...more);
}

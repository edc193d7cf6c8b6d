import { element, setText } from './elements.ts';
import type { WaitingGroup } from './model/live-events.ts';
import { countText, durationText, shortCountText } from './model/quantities.ts';

const HEADS: readonly string[] = ['tenant', 'priority', 'requests', 'oldest', 'prompt tokens'];

/** Columns from this one on are left out where there is little room. */
const ROOMY_FROM = 4;

/** Who waits for a turn, a row for each tenant and priority. */
export class WaitingView {
  readonly #rows: HTMLElement = element('tbody');
  readonly #table: HTMLElement;
  readonly #nobody: HTMLElement = element('p', { class: 'soft' }, 'Nobody waits.');

  constructor(root: HTMLElement) {
    const heads = HEADS.map((head, index) =>
      element('th', { scope: 'col', ...roomy(index) }, head),
    );
    const table = element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...heads)),
      this.#rows,
    );
    this.#table = element('div', { class: 'scroll' }, table);
    root.append(this.#nobody, this.#table);
  }

  /** Shows the waiting room. */
  show(groups: readonly WaitingGroup[]): void {
    this.#nobody.hidden = groups.length > 0;
    this.#table.hidden = groups.length === 0;
    while (this.#rows.children.length > groups.length) this.#rows.lastElementChild?.remove();
    for (const [index, group] of groups.entries()) {
      const row = this.#rows.children[index] ?? addRow(this.#rows);
      for (const [column, text] of cellsOf(group).entries()) {
        const cell = row.children[column];
        if (cell !== undefined) setText(cell, text);
      }
    }
  }
}

function roomy(column: number): Readonly<Record<string, string>> {
  return column < ROOMY_FROM ? {} : { class: 'roomy' };
}

function addRow(rows: HTMLElement): HTMLElement {
  const row = element(
    'tr',
    {},
    element('th', { scope: 'row' }),
    ...HEADS.slice(1).map((_, index) => element('td', roomy(index + 1))),
  );
  rows.append(row);
  return row;
}

function cellsOf({ tenant, priority, requests, promptTokens, oldestMs }: WaitingGroup): string[] {
  return [
    tenant === '' ? '–' : tenant,
    String(priority),
    countText(requests),
    durationText(oldestMs),
    shortCountText(promptTokens),
  ];
}

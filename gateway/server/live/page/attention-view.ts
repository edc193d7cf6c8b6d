import { element, setText } from './elements.ts';
import { quietest } from './model/attention.ts';
import { durationText, countText } from './model/quantities.ts';
import type { BoardRequest, RequestBoard } from './model/request-board.ts';

const ROWS = 6;

/** The list moves on once a second: quicker, nobody can read it. */
const SHOWN_EVERY_MS = 1_000;

interface Row {
  readonly root: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly where: HTMLElement;
  readonly quiet: HTMLElement;
  readonly tokens: HTMLElement;
}

/**
 * The requests in which nothing has happened for longest, each a button: the way to a request without a pointer.
 * It stands still while it is pointed at or holds the focus, so that nobody opens another one than was meant.
 */
export class AttentionView {
  readonly #root: HTMLElement;
  readonly #rows: readonly Row[];
  readonly #ids: string[] = [];
  readonly #nobody: HTMLElement = element('p', { class: 'soft' }, 'No request is open.');
  readonly #table: HTMLElement;
  #shownAtMs = -Infinity;

  constructor(root: HTMLElement, open: (requestId: string) => void) {
    this.#root = root;
    this.#rows = Array.from({ length: ROWS }, (_, index) =>
      newRow(() => open(this.#ids[index] ?? '')),
    );
    this.#table = element(
      'div',
      { class: 'scroll' },
      element(
        'table',
        {},
        newHead(),
        element('tbody', {}, ...this.#rows.map(({ root: row }) => row)),
      ),
    );
    root.append(this.#nobody, this.#table);
  }

  /** Shows them, unless it did so a moment ago or somebody is about to choose one. */
  show(board: RequestBoard, nowMs: number): void {
    if (nowMs - this.#shownAtMs < SHOWN_EVERY_MS || this.#root.matches(':hover, :focus-within'))
      return;
    this.#shownAtMs = nowMs;
    const found = quietest(board.values(), ROWS);
    this.#nobody.hidden = found.length > 0;
    this.#table.hidden = found.length === 0;
    for (const [index, row] of this.#rows.entries()) {
      const request = found[index];
      row.root.hidden = request === undefined;
      if (request === undefined) continue;
      this.#ids[index] = request.requestId;
      showRow(row, request, board.atMs);
    }
  }
}

function newHead(): HTMLElement {
  const row = element(
    'tr',
    {},
    element('th', { scope: 'col' }, 'request'),
    element('th', { scope: 'col' }, 'quiet for'),
    element('th', { scope: 'col', class: 'text' }, 'where'),
    element('th', { scope: 'col', class: 'roomy' }, 'tokens'),
  );
  return element('thead', {}, row);
}

function newRow(open: () => void): Row {
  const button = element('button', { class: 'link' });
  button.addEventListener('click', open);
  const where = element('td', { class: 'text' });
  const quiet = element('td');
  const tokens = element('td', { class: 'roomy' });
  const root = element('tr', {}, element('th', { scope: 'row' }, button), quiet, where, tokens);
  return { root, button, where, quiet, tokens };
}

function showRow(row: Row, request: BoardRequest, atMs: number): void {
  setText(row.button, request.requestId);
  setText(
    row.where,
    `${request.phase}${request.replica === undefined ? '' : ` at ${request.replica}`}`,
  );
  setText(row.quiet, durationText(Math.max(atMs - request.movedAtMs, 0)));
  setText(row.tokens, countText(Math.max(request.tokens, 0)));
}

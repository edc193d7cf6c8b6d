import { AttentionView } from './attention-view.ts';
import { byId, element, setText } from './elements.ts';
import { FieldView } from './field-view.ts';
import { FleetView } from './fleet-view.ts';
import { KeyForm } from './key-form.ts';
import type { ConnectionState } from './model/live-connection.ts';
import { LiveConnection } from './model/live-connection.ts';
import type { LiveEvent } from './model/live-events.ts';
import { RequestBoard } from './model/request-board.ts';
import { GAP_STEPS_MS } from './model/rhythm.ts';
import { readPalette } from './palette.ts';
import { RequestDialog } from './request-dialog.ts';
import { openLive } from './session.ts';
import { TotalsView } from './totals-view.ts';
import { WaitingView } from './waiting-view.ts';

const words: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting …',
  live: 'Live',
  lost: 'Connection lost: trying again',
  locked: 'Locked',
  crowded: 'Too many pages watch: trying again',
};

let palette = readPalette();
const motion = matchMedia('(prefers-reduced-motion: reduce)');
const board = new RequestBoard();
const dialog = new RequestDialog({
  dialog: byId('request', HTMLDialogElement),
  title: byId('request-title', HTMLElement),
  body: byId('request-body', HTMLElement),
  palette: () => palette,
});
const open = (requestId: string): void => dialog.open(requestId);
const totals = new TotalsView(byId('totals', HTMLElement));
const fleet = new FleetView(byId('fleet', HTMLElement));
const waiting = new WaitingView(byId('waiting', HTMLElement));
const attention = new AttentionView(byId('attention', HTMLElement), open);
const field = new FieldView(
  {
    box: byId('field', HTMLElement),
    rhythm: byId('field-rhythm', HTMLCanvasElement),
    labels: byId('field-labels', HTMLCanvasElement),
    note: byId('field-note', HTMLElement),
    spoken: byId('field-selected', HTMLElement),
    open,
  },
  palette,
);
const keyForm = new KeyForm({
  form: byId('key-form', HTMLFormElement),
  field: byId('key', HTMLInputElement),
  note: byId('key-note', HTMLElement),
  given: () => connection.start(),
});
const connection: LiveConnection = new LiveConnection({
  open: openLive,
  onEvent: show,
  onState: showState,
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
});

/** What is yet to be drawn of the last event: a part a frame, so that no frame is late for all of it. */
let parts: (() => void)[] = [];

function show(event: LiveEvent): void {
  board.apply(event);
  byId('main', HTMLElement).hidden = false;
  parts = [() => showFigures(event), () => fleet.show(event.replicas), () => showField(event)];
}

function showFigures(event: LiveEvent): void {
  const draining = event.draining ? ' · draining' : '';
  setText(byId('house', HTMLElement), `${event.policy} · v${event.version}${draining}`);
  totals.show(event);
  waiting.show(event.waiting);
  attention.show(board, performance.now());
}

function showField({ replicas }: LiveEvent): void {
  const ids = replicas.map(({ id }) => id);
  field.show(board, ids, performance.now());
}

function showState(state: ConnectionState): void {
  const status = byId('connection', HTMLElement);
  setText(status, words[state]);
  status.dataset['state'] = state;
  document.documentElement.dataset['state'] = state;
  if (state === 'locked') keyForm.ask();
  else if (state === 'live') keyForm.hide();
}

function frame(nowMs: number): void {
  parts.shift()?.();
  field.draw(nowMs, motion.matches);
  requestAnimationFrame(frame);
}

function writeLegend(): void {
  const key = (kind: string, text: string): HTMLElement =>
    element('span', { class: 'key' }, element('i', { class: kind }), text);
  byId('field-legend', HTMLElement).append(
    key('cell-waiting', 'waiting'),
    key('cell-prefill', 'prefill'),
    ...GAP_STEPS_MS.map((limitMs, step) => key(`gap-${step}`, `≤ ${limitMs} ms`)),
    key(`gap-${GAP_STEPS_MS.length}`, 'longer'),
    key('cell-stalled', 'stalled'),
  );
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  palette = readPalette();
  field.palette = palette;
});
byId('find-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  open(byId('find', HTMLInputElement).value.trim());
});
// A page that nobody sees asks for nothing, and the gateway does nothing for it.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) connection.stop();
  else connection.start();
});
writeLegend();
requestAnimationFrame(frame);
connection.start();

import type { DecisionPage } from '../../decision-shapes.ts';
import { element, setText } from './elements.ts';
import { drawGaps } from './gap-plot.ts';
import { gapFigures } from './model/gap-figures.ts';
import { countText, durationText } from './model/quantities.ts';
import type { RequestPage } from './model/request-page.ts';
import type { Palette } from './palette.ts';
import { receipt } from './receipt-view.ts';
import { fetchDecisions, fetchRequest } from './session.ts';

/** Between two looks at a request that is open. */
const LOOK_MS = 500;

/** What a dialog is made of. */
export interface DialogParts {
  readonly dialog: HTMLDialogElement;
  readonly title: HTMLElement;
  readonly body: HTMLElement;
  readonly palette: () => Palette;
}

/** One request: how it goes, the gaps between its tokens as they come, and its receipt. */
export class RequestDialog {
  readonly #parts: DialogParts;
  readonly #facts: HTMLElement = element('dl', { class: 'facts' });
  readonly #gapTitle: HTMLElement = element('h3');
  readonly #plot: HTMLCanvasElement = element('canvas', { class: 'gaps', role: 'img' });
  readonly #gapText: HTMLElement = element('p', { class: 'soft' });
  readonly #receipts: HTMLElement = element('div');
  #abort: AbortController | undefined;

  constructor(parts: DialogParts) {
    this.#parts = parts;
    setText(this.#gapTitle, 'Gaps between its outputs');
    parts.body.append(this.#facts, this.#gapTitle, this.#plot, this.#gapText, this.#receipts);
    parts.dialog.addEventListener('close', () => this.#abort?.abort());
    parts.dialog.addEventListener('click', (event) => {
      if (event.target === parts.dialog) parts.dialog.close();
    });
  }

  /** Shows a request, and follows it until it ends or the dialog is closed. */
  open(requestId: string): void {
    if (requestId === '') return;
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    setText(this.#parts.title, requestId);
    this.#showGaps([]);
    this.#facts.replaceChildren();
    this.#receipts.replaceChildren();
    if (!this.#parts.dialog.open) this.#parts.dialog.showModal();
    this.#parts.title.focus();
    void this.#follow(requestId, abort.signal);
  }

  async #follow(requestId: string, signal: AbortSignal): Promise<void> {
    let told = 0;
    while (!signal.aborted) {
      try {
        const request = await fetchRequest(requestId, signal);
        if (request !== undefined) this.#showRequest(request);
        // A retry makes a further decision, and the end tells what came of them.
        const decisions = await fetchDecisions(requestId, signal);
        if (decisions.length !== told || request === undefined) this.#showDecisions(decisions);
        told = decisions.length;
        if (request === undefined) return this.#showEnd(decisions);
      } catch {
        // The gateway is away for a moment, or the dialog was closed: the next look tells.
      }
      await untilNextLook();
    }
  }

  #showRequest(request: RequestPage): void {
    const tokens = `${countText(request.outputTokens)} of about ${countText(request.expectedOutputTokens)}`;
    this.#showFacts([
      [
        'where',
        request.replica === null ? request.phase : `${request.phase} at ${request.replica}`,
      ],
      ['tenant', `${request.tenant || '–'}, priority ${request.priority}`],
      ['model', request.model],
      ['open for', durationText(request.ageMs)],
      ['quiet for', durationText(request.silentMs)],
      ['prompt tokens', `about ${countText(request.promptTokens)}`],
      ['output tokens', tokens],
      ['first token', textOf(request.timeToFirstTokenMs)],
      ['a token (TPOT)', textOf(request.timePerOutputTokenMs)],
    ]);
    this.#showGaps(request.gapsMs);
  }

  #showFacts(facts: readonly (readonly [string, string])[]): void {
    if (this.#facts.children.length !== facts.length) {
      this.#facts.replaceChildren(
        ...facts.map(([name]) => element('div', {}, element('dt', {}, name), element('dd'))),
      );
    }
    for (const [index, [, value]] of facts.entries()) {
      const place = this.#facts.children[index]?.lastElementChild;
      if (place) setText(place, value);
    }
  }

  #showGaps(gapsMs: readonly number[]): void {
    const figures = gapFigures(gapsMs);
    const hasGaps = figures !== undefined;
    this.#plot.hidden = !hasGaps;
    this.#gapTitle.hidden = !hasGaps;
    this.#gapText.hidden = !hasGaps;
    if (!hasGaps) return;
    const { median, p95, longest } = figures;
    const text =
      `The last ${countText(gapsMs.length)} gaps: half are up to ${durationText(median)}, ` +
      `95 of 100 up to ${durationText(p95)}, the longest is ${durationText(longest)}.`;
    setText(this.#gapText, text);
    this.#plot.setAttribute('aria-label', text);
    drawGaps(this.#plot, gapsMs, this.#parts.palette());
  }

  #showDecisions(decisions: readonly DecisionPage[]): void {
    this.#receipts.replaceChildren(
      ...decisions.map((decision) => receipt(decision, decisions.length)),
    );
  }

  #showEnd(decisions: readonly DecisionPage[]): void {
    const last = decisions.at(-1);
    if (last === undefined) {
      const text =
        'This gateway knows of no such request: it may be long over, or another gateway’s.';
      this.#receipts.replaceChildren(element('p', { class: 'soft' }, text));
      return;
    }
    const { outcome, replica, tenant, model } = last;
    this.#showFacts([
      ['where', replica === null ? 'refused' : `ended, at ${replica}`],
      ['tenant', tenant || '–'],
      ['model', model],
      ['took', textOf(outcome?.durationMs ?? null)],
      ['first token', textOf(outcome?.timeToFirstTokenMs ?? null)],
      ['output tokens', countText(outcome?.outputTokens ?? 0)],
    ]);
  }
}

function untilNextLook(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, LOOK_MS);
  });
}

function textOf(milliseconds: number | null): string {
  return milliseconds === null ? '–' : durationText(milliseconds);
}

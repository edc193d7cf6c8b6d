import type { ReplayRun } from '../../replay-run.ts';
import { worstRequests } from '../../worst-requests.ts';
import type { WorstRequest } from '../../worst-requests.ts';
import { decisionText } from '../decision-text.ts';
import { countText, durationText } from '../quantity-text.ts';
import { escaped } from './markup.ts';
import { tableRow, tableSection } from './tables.ts';

const heads = ['', 'replica', 'sent at', 'prompt', 'output', 'TTFT', 'longest gap', 'E2E', 'lost'];

/** The worst requests of a run, each with why the gateway sent it where it did; nothing of a run without requests. */
export function worstSection(run: ReplayRun): string {
  const worst = worstRequests(run.results);
  if (worst.length === 0) return '';
  const rows = worst.map((each) => worstRows(each, run));
  const told = worst.some(({ result }) => run.receipts.has(result.requestId ?? ''))
    ? ' Below each stands what the gateway decided, and why.'
    : '';
  const legend = `Lost is what a request took beyond its output at the run’s median pace: waiting, prefill and slow tokens together.${told}`;
  const after = `<div class="legend-lines"><p>${legend}</p></div>`;
  return tableSection(`The worst ${worst.length}`, heads, rows, after);
}

function worstRows({ result, lostMs, gapMsMax }: WorstRequest, { receipts }: ReplayRun): string {
  const decisions = receipts.get(result.requestId ?? '') ?? [];
  const words = [...(result.succeeded ? [] : [result.error]), ...decisions.map(decisionText)];
  const latencies = [result.timeToFirstTokenMs, gapMsMax, result.endToEndMs, lostMs];
  const cells = [
    `#${result.index}`,
    result.replica ?? '',
    durationText(result.startMs),
    countText(result.promptTokens),
    result.succeeded ? countText(result.outputTokens) : 'failed',
    ...latencies.map((ms) => (result.succeeded ? durationText(ms) : '')),
  ];
  if (words.length === 0) return tableRow(cells);
  const lines = words.map((text) => escaped(text)).join('<br/>');
  return `${tableRow(cells, 'told')}<tr class="receipt"><td colspan="${heads.length}"><div>${lines}</div></td></tr>`;
}

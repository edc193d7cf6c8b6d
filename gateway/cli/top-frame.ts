import {
  kvShares,
  nodesOf,
  slowReplicas,
  tokenGapMs,
  totalsOf,
} from '../server/live/page/model/fleet-figures.ts';
import type { ReplicaStanding, WaitingGroup } from '../server/live/page/model/live-events.ts';
import {
  countText,
  durationText,
  shareText,
  shortCountText,
} from '../server/live/page/model/quantities.ts';
import type { HouseState, RequestSummary } from '../server/live/page/model/request-page.ts';
import type { LinePiece } from './terminal-line.ts';
import { column, numberColumn, terminalLine } from './terminal-line.ts';

/** Where a frame is shown. */
export interface FrameTerms {
  readonly columns: number;
  /** Lines that a frame may have; `Infinity` where nothing scrolls away. */
  readonly rows: number;
  readonly hasColours: boolean;
  /** Said in place of the policy, such as that nobody answers. */
  readonly notice?: string | undefined;
}

/** Lines of a list at least, where there is room for nothing. */
const LIST_ROWS_MIN = 2;

/** Everything `gateway top` shows of a house, line by line: the fleet first, as far as it fits. */
export function topFrame(state: HouseState, terms: FrameTerms): readonly string[] {
  const head = headLines(state, terms.notice);
  const waiting = section('Waiting room', WAITING_HEADS, state.waiting.map(waitingLine));
  const left = terms.rows - head.length - waiting.length;
  const fleet = bounded(fleetLines(state.replicas, terms.columns), left - LIST_ROWS_MIN);
  const requests = requestLines(state.requests, terms.columns);
  const lines = [...head, ...fleet, ...waiting, ...bounded(requests, left - fleet.length)];
  return lines.slice(0, terms.rows).map((pieces) => terminalLine(pieces, terms));
}

type Line = readonly LinePiece[];

function headLines(state: HouseState, notice: string | undefined): readonly Line[] {
  const totals = totalsOf(state);
  const rate = totals.outputTokensPerSecond;
  const oldest = totals.waiting === 0 ? '' : `, oldest ${durationText(totals.oldestWaitMs)}`;
  const { kvTokens, kvCapacityTokens } = totals;
  const usage = kvCapacityTokens === 0 ? '–' : shareText(kvTokens / kvCapacityTokens);
  const draining = state.draining ? ', draining' : '';
  return [
    [
      ['numagate', 'bold'],
      [` ${state.version}  `],
      notice === undefined ? [`${state.policy}${draining}`, 'dim'] : [notice, 'red'],
    ],
    [
      [rate === null ? '–' : countText(rate), 'bold'],
      [' tokens/s   '],
      [countText(totals.inFlight), 'bold'],
      [' in flight   '],
      [countText(totals.waiting), 'bold'],
      [` waiting${oldest}   KV held `],
      [usage, 'bold'],
      [`   ${totals.ready} of ${totals.replicas} ready`],
    ],
  ];
}

function fleetLines(replicas: readonly ReplicaStanding[], columns: number): readonly Line[] {
  const slow = slowReplicas(replicas);
  const barWidth = Math.min(Math.max(columns - REPLICA_WIDTH - FIGURES_WIDTH, BAR_MIN), BAR_MAX);
  return nodesOf(replicas).flatMap((node, index) => [
    [],
    [[node.name.padEnd(REPLICA_WIDTH), 'bold'], ...(index === 0 ? headPieces(barWidth) : [])],
    ...node.replicas.map((replica) => replicaLine(replica, slow.get(replica.id), barWidth)),
  ]);
}

/** Characters of a replica's name and state, of its bar, and of its figures: together they fit 80 columns. */
const REPLICA_WIDTH = 29;
const BAR_MIN = 8;
const BAR_MAX = 40;
const FIGURES_WIDTH = 42;

function headPieces(barWidth: number): readonly LinePiece[] {
  const figures = ['held', 'tok/s', 'a token', 'streams', 'to begin'];
  const heads = figures.map((head, index) => numberColumn(head, FIGURE_WIDTHS[index] ?? 0));
  return [[`${'KV'.padEnd(barWidth)}${heads.join('')}`, 'dim']];
}

const FIGURE_WIDTHS: readonly number[] = [6, 8, 9, 9, 10];

function replicaLine(
  replica: ReplicaStanding,
  slowness: number | undefined,
  barWidth: number,
): Line {
  const rate = replica.outputTokensPerSecond;
  const gapMs = tokenGapMs(replica);
  const shares = kvShares(replica);
  const figures = [
    shares === undefined ? '–' : shareText(shares.held),
    rate === null ? '–' : countText(rate),
    gapMs === undefined ? '–' : durationText(gapMs),
    String(replica.streams),
    String(Math.max(replica.inFlight.requests - replica.streams, 0)),
  ];
  return [
    [`  ${column(replica.id, 16)} `],
    stateOf(replica, slowness),
    ...barPieces(replica, barWidth),
    [figures.map((text, index) => numberColumn(text, FIGURE_WIDTHS[index] ?? 0)).join('')],
  ];
}

function stateOf({ state, isQuiet }: ReplicaStanding, slowness: number | undefined): LinePiece {
  if (state !== 'ready') return [column(state, STATE_WIDTH), 'red'];
  if (isQuiet) return [column('quiet', STATE_WIDTH), 'red'];
  return slowness === undefined
    ? [' '.repeat(STATE_WIDTH)]
    : [column(`slow ×${slowness.toFixed(1)}`, STATE_WIDTH), 'yellow'];
}

const STATE_WIDTH = 10;

function barPieces(replica: ReplicaStanding, width: number): readonly LinePiece[] {
  const { held, promised } = kvShares(replica) ?? { held: 0, promised: 0 };
  const full = Math.round(held * width);
  const shaded = Math.max(Math.round(promised * width) - full, 0);
  return [
    ['█'.repeat(full), 'blue'],
    ['▒'.repeat(shaded), 'blue'],
    ['·'.repeat(width - full - shaded), 'dim'],
  ];
}

const WAITING_HEADS = `  ${column('tenant', 22)}priority  requests  prompt tokens    oldest`;

function waitingLine(group: WaitingGroup): Line {
  return [
    [`  ${column(group.tenant === '' ? '–' : group.tenant, 22)}`],
    [numberColumn(String(group.priority), 8)],
    [numberColumn(countText(group.requests), 10)],
    [numberColumn(shortCountText(group.promptTokens), 15)],
    [numberColumn(durationText(group.oldestMs), 10)],
  ];
}

/** Of what the figures leave, an id is cut first: its beginning finds it, and replicas differ at the end of their names. */
function requestLines(requests: readonly RequestSummary[], columns: number): readonly Line[] {
  const wheres = requests.map(whereText);
  const longest = Math.max(WHERE_MIN, ...wheres.map(({ length }) => length));
  const whereWidth = Math.min(longest, Math.max(columns - REST_WIDTH - ID_MIN, WHERE_MIN));
  const idWidth = Math.min(Math.max(columns - REST_WIDTH - whereWidth, ID_MIN), ID_MAX);
  const heads = `  ${column('request', idWidth)}  ${column('where', whereWidth)} quiet for   tokens`;
  const lines = requests.map(({ requestId, silentMs, outputTokens }, index): Line => [
    [`  ${column(requestId, idWidth)}  `],
    [column(wheres[index] ?? '', whereWidth)],
    [numberColumn(durationText(silentMs), 10)],
    [numberColumn(countText(outputTokens), 9)],
  ]);
  return section('Quiet for longest', heads, lines);
}

function whereText({ phase, replica }: RequestSummary): string {
  return replica === null ? phase : `${phase} at ${replica}`;
}

/** Characters of a request's id, of where it is at least, and of the figures with what is between the columns. */
const ID_MIN = 9;
const ID_MAX = 36;
const WHERE_MIN = 25;
const REST_WIDTH = 23;

/** Nothing where there is nothing to list. */
function section(title: string, heads: string, rows: readonly Line[]): readonly Line[] {
  return rows.length === 0 ? [] : [[], [[title, 'bold']], [[heads, 'dim']], ...rows];
}

function bounded(lines: readonly Line[], rows: number): readonly Line[] {
  if (lines.length <= rows) return lines;
  const shown = Math.max(rows - 1, 0);
  const more: Line = [[`  … ${lines.length - shown} more lines`, 'dim']];
  return rows < 1 ? [] : [...lines.slice(0, shown), more];
}

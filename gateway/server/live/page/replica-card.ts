import { element, setAttribute, setProperty, setText } from './elements.ts';
import { kvShares, tokenGapMs } from './model/fleet-figures.ts';
import type { KvShares } from './model/fleet-figures.ts';
import type { ReplicaStanding } from './model/live-events.ts';
import {
  capacityText,
  countText,
  durationText,
  shareText,
  shortCountText,
} from './model/quantities.ts';

/** One replica of the fleet: its state, its KV cache as a bar, its queue and its pace. */
export class ReplicaCard {
  readonly root: HTMLLIElement;
  readonly #name: HTMLElement = element('b');
  readonly #state: HTMLElement = element('span', { class: 'state' });
  readonly #bar: HTMLElement = element(
    'div',
    { class: 'bar', role: 'meter', 'aria-valuemin': '0', 'aria-valuemax': '100' },
    element('i', { class: 'promised' }),
    element('i', { class: 'others' }),
    element('i', { class: 'held' }),
  );
  readonly #kv: HTMLElement = element('p', { class: 'kv soft' });
  readonly #rate: HTMLElement = element('b');
  readonly #queue: HTMLElement = element('span');
  readonly #gap: HTMLElement = element('span');

  constructor() {
    const rate = element('span', {}, this.#rate, ' tok/s');
    this.root = element(
      'li',
      { class: 'replica' },
      element('h4', {}, this.#name, this.#state),
      this.#bar,
      this.#kv,
      element('p', { class: 'figures' }, rate, this.#queue, this.#gap),
    );
  }

  /** Shows a replica; `slowness` is how many times as slow as its peers it is, where that is much. */
  show(replica: ReplicaStanding, slowness: number | undefined): void {
    setText(this.#name, replica.id);
    setAttribute(this.root, 'data-state', replica.state);
    setAttribute(this.root, 'data-slow', slowness === undefined ? undefined : '');
    setText(this.#state, stateText(replica, slowness));
    setAttribute(this.#state, 'title', replica.stateReason ?? undefined);
    this.#showKv(replica);
    const rate = replica.outputTokensPerSecond;
    setText(this.#rate, rate === null ? '–' : countText(rate));
    setText(this.#queue, queueText(replica));
    const gapMs = tokenGapMs(replica);
    setText(this.#gap, gapMs === undefined ? '' : `${durationText(gapMs)} a token`);
  }

  #showKv(replica: ReplicaStanding): void {
    const shares = kvShares(replica);
    setProperty(this.#bar, '--held-share', String(shares?.held ?? 0));
    setProperty(this.#bar, '--promised-share', String(shares?.promised ?? 0));
    setProperty(this.#bar, '--others-share', String(shares?.others ?? 0));
    setAttribute(this.#bar, 'aria-label', `KV cache of ${replica.id}`);
    setAttribute(this.#bar, 'aria-valuenow', String(Math.round((shares?.held ?? 0) * 100)));
    setAttribute(this.#bar, 'aria-valuetext', kvWords(shares));
    setText(this.#kv, kvText(replica));
  }
}

function stateText({ state, isQuiet }: ReplicaStanding, slowness: number | undefined): string {
  if (state !== 'ready') return state;
  if (isQuiet) return 'quiet';
  return slowness === undefined ? '' : `slow ×${slowness.toFixed(1)}`;
}

function kvText({ inFlight, kvCapacityTokens }: ReplicaStanding): string {
  const held = shortCountText(inFlight.kvTokens);
  const promised = shortCountText(inFlight.kvTokensPeak);
  return `${held} held, ${promised} promised of ${capacityText(kvCapacityTokens)}`;
}

function kvWords(shares: KvShares | undefined): string {
  if (shares === undefined) return 'capacity not known';
  return `${shareText(shares.held)} held, ${shareText(shares.promised)} promised`;
}

function queueText({ inFlight, streams, load }: ReplicaStanding): string {
  const queued = Math.max(inFlight.requests - streams, 0);
  const engine =
    load === null || load.waitingRequests === 0 ? '' : `, ${load.waitingRequests} in its queue`;
  return `${streams} streaming, ${queued} to begin${engine}`;
}

import { element, setText } from './elements.ts';
import { totalsOf } from './model/fleet-figures.ts';
import type { HouseStanding } from './model/live-events.ts';
import {
  capacityText,
  countText,
  durationText,
  shareText,
  shortCountText,
} from './model/quantities.ts';

interface Tile {
  readonly value: HTMLElement;
  readonly note: HTMLElement;
}

/** The figures at the top: what the whole house does. */
export class TotalsView {
  readonly #tiles: ReadonlyMap<string, Tile>;

  constructor(list: HTMLElement) {
    const names = ['output tokens/s', 'in flight', 'waiting', 'KV held', 'replicas ready'];
    this.#tiles = new Map(names.map((name) => [name, addTile(list, name)]));
  }

  /** Shows the house as it stands. */
  show(house: HouseStanding): void {
    const totals = totalsOf(house);
    const rate = totals.outputTokensPerSecond;
    this.#show('output tokens/s', rate === null ? '–' : countText(rate), 'last second');
    const promised = `${shortCountText(totals.kvTokensPeak)} tokens promised`;
    this.#show('in flight', countText(totals.inFlight), promised);
    const oldest = totals.waiting === 0 ? 'nobody' : `oldest ${durationText(totals.oldestWaitMs)}`;
    this.#show('waiting', countText(totals.waiting), oldest);
    const { kvTokens, kvCapacityTokens } = totals;
    const usage = kvCapacityTokens === 0 ? '–' : shareText(kvTokens / kvCapacityTokens);
    this.#show(
      'KV held',
      usage,
      `${shortCountText(kvTokens)} of ${capacityText(kvCapacityTokens)}`,
    );
    this.#show('replicas ready', String(totals.ready), `of ${totals.replicas}`);
  }

  #show(name: string, value: string, note: string): void {
    const tile = this.#tiles.get(name);
    if (tile === undefined) return;
    setText(tile.value, value);
    setText(tile.note, note);
  }
}

function addTile(list: HTMLElement, name: string): Tile {
  const value = element('b');
  const note = element('span', { class: 'soft' });
  list.append(
    element('div', { class: 'tile' }, element('dt', {}, name), element('dd', {}, value, note)),
  );
  return { value, note };
}

import { element, setAttribute, setChildren, setText } from './elements.ts';
import { nodesOf, slowReplicas } from './model/fleet-figures.ts';
import type { FleetNode } from './model/fleet-figures.ts';
import type { ReplicaStanding } from './model/live-events.ts';
import { ReplicaCard } from './replica-card.ts';

/** From so many replicas on, cards show less each. */
const COMPACT_FROM = 25;

interface NodeSection {
  readonly root: HTMLElement;
  readonly title: HTMLElement;
  readonly list: HTMLElement;
}

/** The fleet: a row of cards for each NUMA node. Cards stay where they are and only their figures change. */
export class FleetView {
  readonly #root: HTMLElement;
  readonly #cards: Map<string, ReplicaCard> = new Map();
  readonly #sections: Map<string, NodeSection> = new Map();

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  /** Shows all replicas. */
  show(replicas: readonly ReplicaStanding[]): void {
    const slow = slowReplicas(replicas);
    for (const id of this.#cards.keys()) {
      if (!replicas.some((replica) => replica.id === id)) this.#cards.delete(id);
    }
    for (const replica of replicas) this.#cardOf(replica.id).show(replica, slow.get(replica.id));
    setAttribute(this.#root, 'data-compact', replicas.length < COMPACT_FROM ? undefined : '');
    setChildren(
      this.#root,
      nodesOf(replicas).map((node) => this.#section(node)),
    );
  }

  #section({ name, replicas }: FleetNode): HTMLElement {
    let section = this.#sections.get(name);
    if (section === undefined) {
      section = newSection();
      this.#sections.set(name, section);
    }
    setText(section.title, name);
    setChildren(
      section.list,
      replicas.map(({ id }) => this.#cardOf(id).root),
    );
    return section.root;
  }

  #cardOf(id: string): ReplicaCard {
    const known = this.#cards.get(id);
    if (known !== undefined) return known;
    const card = new ReplicaCard();
    this.#cards.set(id, card);
    return card;
  }
}

function newSection(): NodeSection {
  const title = element('h3');
  const list = element('ul', { class: 'replicas' });
  return { root: element('section', { class: 'node' }, title, list), title, list };
}

/** One thing to do at one time. */
export interface ScheduledEvent {
  readonly timeMs: number;
  /** Rises with each event, so that equal times keep their order. */
  readonly order: number;
  /** `undefined` once it ran or was taken back. */
  task: (() => void) | undefined;
}

/** A binary heap of events, earliest first; equal times leave in the order in which they came. */
export class EventHeap {
  readonly #events: ScheduledEvent[] = [];
  #order = 0;

  /** Events held, cancelled ones that have not come up yet included. */
  get size(): number {
    return this.#events.length;
  }

  /** Adds an event. To take it back, set its `task` to `undefined`. */
  push(timeMs: number, task: () => void): ScheduledEvent {
    const event: ScheduledEvent = { timeMs, order: this.#order++, task };
    const events = this.#events;
    let hole = events.length;
    events.push(event);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = events[parent];
      if (above === undefined || isBefore(above, event)) break;
      events[hole] = above;
      hole = parent;
    }
    events[hole] = event;
    return event;
  }

  /** The earliest event, left in place; `undefined` when there is none. */
  peek(): ScheduledEvent | undefined {
    return this.#events[0];
  }

  /** Takes the earliest event out; `undefined` when there is none. */
  pop(): ScheduledEvent | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (last !== undefined && events.length > 0) this.#sink(last);
    return first;
  }

  /** Lets `event` sink from the root to its place. */
  #sink(event: ScheduledEvent): void {
    const events = this.#events;
    let hole = 0;
    for (;;) {
      const left = 2 * hole + 1;
      const right = events[left + 1];
      let child = events[left];
      let childIndex = left;
      if (child === undefined) break;
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childIndex = left + 1;
      }
      if (isBefore(event, child)) break;
      events[hole] = child;
      hole = childIndex;
    }
    events[hole] = event;
  }
}

function isBefore(one: ScheduledEvent, other: ScheduledEvent): boolean {
  return one.timeMs < other.timeMs || (one.timeMs === other.timeMs && one.order < other.order);
}

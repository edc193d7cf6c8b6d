/** Longest text without an end: an event of 5,000 requests is a tenth of it. */
const PENDING_CHARACTERS_MAX = 8 * 2 ** 20;

/** Takes a `text/event-stream` apart as it comes. It knows what the gateway sends: events of one line of data. */
export class EventReader {
  #pending = '';

  /** The data of each event that `text` completes. Throws where one never ends. */
  read(text: string): readonly string[] {
    const pieces = (this.#pending + text).split('\n\n');
    this.#pending = pieces.pop() ?? '';
    if (this.#pending.length > PENDING_CHARACTERS_MAX) throw new Error('an event has no end');
    return pieces.flatMap((event) => (event.startsWith('data: ') ? [event.slice(6)] : []));
  }
}

import type { EnginePage, ReadPage } from '../../gateway/engines/catalog.ts';

/** What stands under a path: a page, an error of the connection, or nothing that ever comes. */
export type FakePage = EnginePage | Error | 'silence';

/** A 200 page; objects are written as JSON. */
export function page(body: unknown): EnginePage {
  return { status: 200, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** The connection that nobody takes. */
export const refused: Error = new Error('connect ECONNREFUSED 127.0.0.1:1');

/** An engine's pages without a socket. Other paths are 404. */
export class FakePages {
  readonly pages: Map<string, FakePage>;
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** Asked for and not yet answered. */
  open = 0;
  openMax = 0;

  constructor(pages: Readonly<Record<string, FakePage>> = {}) {
    this.pages = new Map(Object.entries(pages));
  }

  readonly read: ReadPage = async (path, signal) => {
    this.asked.push(path);
    this.open += 1;
    this.openMax = Math.max(this.openMax, this.open);
    try {
      return await this.#answer(path, signal);
    } finally {
      this.open -= 1;
    }
  };

  /** How often a path was asked for. */
  timesAsked(path: string): number {
    return this.asked.filter((one) => one === path).length;
  }

  /** Every path answers like this from here on. */
  replaceAll(answer: FakePage): void {
    for (const path of this.pages.keys()) this.pages.set(path, answer);
  }

  async #answer(path: string, signal: AbortSignal): Promise<EnginePage> {
    const answer = this.pages.get(path) ?? { status: 404, body: '{"detail":"Not Found"}' };
    if (answer instanceof Error) throw answer;
    if (answer !== 'silence') return answer;
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
    });
  }
}

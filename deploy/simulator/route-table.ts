import { jsonAnswer, type PlainAnswer } from './plain-answer.ts';
import type { Route } from './protocols/protocol.ts';

/** What a method and path lead to. */
export type RouteMatch =
  | { readonly kind: 'route'; readonly route: Route; readonly name: string }
  /** There is no such route; the answer is the one of the engines' web framework. */
  | { readonly kind: 'none'; readonly answer: PlainAnswer };

/** Finds routes by method and path. */
export class RouteTable {
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #methodsByPath = new Map<string, string[]>();

  constructor(routes: Readonly<Record<string, Route>>) {
    this.#routes = new Map(Object.entries(routes));
    for (const key of this.#routes.keys()) {
      const [method = '', path = ''] = key.split(' ');
      this.#methodsByPath.set(path, [...(this.#methodsByPath.get(path) ?? []), method]);
    }
  }

  find(method: string, path: string): RouteMatch {
    const cut = path.lastIndexOf('/');
    const pattern = this.#methodsByPath.has(path) ? path : `${path.slice(0, cut)}/*`;
    const route = this.#routes.get(`${method} ${pattern}`);
    if (route !== undefined) return { kind: 'route', route, name: path.slice(cut + 1) };
    const methods = this.#methodsByPath.get(pattern);
    if (methods === undefined) {
      return { kind: 'none', answer: jsonAnswer(404, { detail: 'Not Found' }) };
    }
    const answer = jsonAnswer(405, { detail: 'Method Not Allowed' });
    return { kind: 'none', answer: { ...answer, headers: { allow: methods.join(', ') } } };
  }
}

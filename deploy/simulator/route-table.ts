import { jsonAnswer, type PlainAnswer } from './plain-answer.ts';
import type { Route } from './protocols/protocol.ts';

/** What a method and path lead to. */
export type RouteMatch =
  | { readonly kind: 'route'; readonly route: Route; readonly name: string }
  /** There is no such route; the answer is the one of the engines' web framework. */
  | { readonly kind: 'none'; readonly answer: PlainAnswer };

/** Finds routes by method and path. A path that ends in `/*` takes whatever follows, slashes too. */
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
    const pattern = this.#patternOf(path);
    const methods = pattern === undefined ? undefined : this.#methodsByPath.get(pattern);
    if (pattern === undefined || methods === undefined) {
      return { kind: 'none', answer: jsonAnswer(404, { detail: 'Not Found' }) };
    }
    const route = this.#routes.get(`${method} ${pattern}`);
    if (route !== undefined) return { kind: 'route', route, name: restOf(path, pattern) };
    const answer = jsonAnswer(405, { detail: 'Method Not Allowed' });
    return { kind: 'none', answer: { ...answer, headers: { allow: methods.join(', ') } } };
  }

  #patternOf(path: string): string | undefined {
    if (this.#methodsByPath.has(path)) return path;
    const patterns = [...this.#methodsByPath.keys()];
    return patterns.find((pattern) => pattern.endsWith('/*') && isBelow(path, pattern));
  }
}

function isBelow(path: string, pattern: string): boolean {
  return path.startsWith(pattern.slice(0, -1)) && path.length >= pattern.length;
}

/** What a path has in the place of the star, decoded where it can be. */
function restOf(path: string, pattern: string): string {
  if (path === pattern) return '';
  const rest = path.slice(pattern.length - 1);
  try {
    return decodeURIComponent(rest);
  } catch {
    // A stray `%` stands for itself.
    return rest;
  }
}

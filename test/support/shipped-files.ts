import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

import { root } from './source-tree.ts';

/** The text of a file of `deploy/`. */
export function shippedText(path: string): string {
  return readFileSync(join(root, 'deploy', path), 'utf8');
}

/** A file of `deploy/` as YAML, whatever shape the caller knows it to have. Throws where it is none. */
export function shippedYaml<Shape>(path: string): Shape {
  return yamlDocuments<Shape>(shippedText(path))[0] as Shape;
}

/** Every document of a YAML text. Throws at the first that is none. */
export function yamlDocuments<Shape>(text: string): readonly Shape[] {
  return parseAllDocuments(text, { merge: true, customTags: [reset] }).map((document) => {
    for (const problem of [...document.errors, ...document.warnings]) throw problem;
    return document.toJS() as Shape;
  });
}

/** Compose's word for what a file behind another takes away. */
const reset = { tag: '!reset', resolve: () => undefined };

/** The CPUs of a list such as `0-95,192-287`. */
export function cpusInList(list: string): readonly number[] {
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Seconds of a span such as `35s` or `2m`. */
export function secondsOf(span: string): number {
  const [, count, unit] = /^(\d+)(s|m|h)$/.exec(span) ?? [];
  if (count === undefined) throw new SyntaxError(`no span of time: ${span}`);
  return Number(count) * (secondsPer.get(unit ?? '') ?? 1);
}

const secondsPer: ReadonlyMap<string, number> = new Map([
  ['m', 60],
  ['h', 3600],
]);

/** Variables that a text wants from the environment, as `${NAME}` or `${NAME:-default}`. */
export function variablesIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/\$\{(\w+)/g)].flatMap(([, name]) => name ?? []))];
}

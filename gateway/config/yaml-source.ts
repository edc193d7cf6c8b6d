import type { Document, YAMLParseError } from 'yaml';
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';

import type { Problem } from './config-error.ts';
import { ConfigError } from './config-error.ts';
import type { Environment } from './environment.ts';
import { substitute, UNSET } from './environment.ts';

/** A path of names and list indices. */
export type SettingPath = readonly PropertyKey[];

/** Collections that aliases may blow up to; yaml's own default, stated since it guards against bombs. */
const ALIASES_MAX = 100;

/** What a setting is, in JSON schema's words; `undefined` where there is no such setting. */
export type TypeAt = (path: SettingPath) => string | undefined;

/** A YAML text, with the environment put in, that knows where each of its values stands. */
export class YamlSource {
  readonly #name: string;
  readonly #document: Document;
  readonly #lines: LineCounter = new LineCounter();
  /** Plain values: maps, lists, text, numbers. A name without a value is left out. */
  readonly tree: unknown;
  /** Names that stand twice, and variables that are not there; in the tree, `UNSET` stands for each. */
  readonly problems: readonly Problem[];

  /** Throws `ConfigError` where the text is no YAML. */
  constructor(name: string, text: string, environment: Environment, typeAt: TypeAt) {
    this.#name = name;
    this.#document = parseDocument(text, { lineCounter: this.#lines });
    const { errors } = this.#document;
    // A name that stands twice leaves a tree that can be looked at. After another error nothing is sure.
    const broken = errors.find(({ code }) => code !== 'DUPLICATE_KEY');
    if (broken !== undefined) throw new ConfigError([this.#syntaxProblem(broken, text)]);
    const twice = errors.map((error) => this.#syntaxProblem(error, text));
    this.problems = [...twice, ...this.#putIn(environment, typeAt)];
    this.tree = withoutNull(this.#document.toJS({ maxAliasCount: ALIASES_MAX })) ?? {};
  }

  /** Where the value at `path` stands, or what is nearest around it. */
  placeOf(path: SettingPath): string {
    for (let length = path.length; length > 0; length -= 1) {
      const offset = this.#offsetOf(path.slice(0, length));
      if (offset !== undefined) return this.#placeAt(offset);
    }
    return this.#name;
  }

  #syntaxProblem({ pos: [offset], message }: YAMLParseError, text: string): Problem {
    // The rest of yaml's message is a picture of the place.
    const what = message.split(' at line')[0] ?? message;
    const { line } = this.#lines.linePos(offset);
    const hasReference = text.split('\n')[line - 1]?.includes('${') === true;
    const hint = hasReference ? '; between { and }, ${NAME} has to stand in quotes' : '';
    return { where: this.#placeAt(offset), what: what + hint };
  }

  #putIn(environment: Environment, typeAt: TypeAt): readonly Problem[] {
    const problems: Problem[] = [];
    visit(this.#document, {
      Scalar: (key, node, ancestors) => {
        if (key === 'key' || typeof node.value !== 'string') return;
        const { text, missing } = substitute(node.value, environment);
        for (const name of missing) {
          const what = `the variable ${name} is not set; \${${name}:-…} gives it a default`;
          problems.push({ where: this.#placeAt(node.range?.[0] ?? 0), what });
        }
        if (missing.length > 0) node.value = UNSET;
        else if (text !== node.value) {
          const isQuoted = node.type !== 'PLAIN';
          node.value = isQuoted ? text : retyped(text, typeAt(pathOf([...ancestors, node])));
        }
      },
    });
    return problems;
  }

  /** Of the name where the value has one, since that is what people look for. */
  #offsetOf(path: SettingPath): number | undefined {
    const parent = this.#document.getIn(path.slice(0, -1), true);
    const last = path.at(-1);
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => isScalar(key) && key.value === last);
      return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
    }
    const node = this.#document.getIn(path, true);
    return isNode(node) ? node.range?.[0] : undefined;
  }

  #placeAt(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#name}:${line}:${col}`;
  }
}

/** Where the last of these nodes stands, each of which holds the next. */
function pathOf(nodes: readonly unknown[]): SettingPath {
  return nodes.flatMap((node, index): PropertyKey[] => {
    if (isPair(node)) return [String(isScalar(node.key) ? node.key.value : node.key)];
    return isSeq(node) ? [node.items.indexOf(nodes[index + 1])] : [];
  });
}

/**
 * A variable is text, whatever it looks like: keys may be digits alone. Only where the setting is a number or a
 * truth is it read as one, and what is empty is left out, as if nothing stood in the file.
 */
function retyped(text: string, type: string | undefined): unknown {
  if (text === '') return null;
  if (type === 'integer' || type === 'number') return NUMBER.test(text) ? Number(text) : text;
  if (type === 'boolean') return TRUTHS.get(text) ?? text;
  return text;
}

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutNull(member)]));
}

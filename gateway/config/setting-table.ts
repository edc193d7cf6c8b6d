import type { SchemaNode } from './setting-tree.ts';
import { allowedOf, configJsonSchema, valueOfRecord } from './setting-tree.ts';

interface Row {
  readonly name: string;
  readonly node: SchemaNode;
  readonly isRequired: boolean;
}

/** The settings as a markdown table, for the README: name, default, what is allowed, what it means. */
export function settingTable(): string {
  const rows = rowsOf('', configJsonSchema(), false).map(
    ({ name, node, isRequired }) =>
      `| \`${name}\` | ${defaultOf(node, isRequired)} | ${cell(allowedOf(node))} | ${cell(node.description ?? '')} |`,
  );
  return ['| setting | default | allowed | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** Depth first, in the schema's order. Lists and free-form records show one row for what they hold. */
function rowsOf(name: string, node: SchemaNode, isRequired: boolean): Row[] {
  if (node.properties !== undefined) {
    return Object.entries(node.properties).flatMap(([key, child]) => {
      const path = name === '' ? key : `${name}.${key}`;
      return rowsOf(path, child, node.required?.includes(key) ?? false);
    });
  }
  if (node.items?.properties !== undefined) return rowsOf(`${name}[]`, node.items, isRequired);
  if (valueOfRecord(node) !== undefined) return [{ name: `${name}.<name>`, node, isRequired }];
  return [{ name, node, isRequired }];
}

function defaultOf(node: SchemaNode, isRequired: boolean): string {
  if (isRequired) return 'required';
  const isPlain = typeof node.default === 'string' || typeof node.default === 'number';
  if (isPlain || typeof node.default === 'boolean') return `\`${String(node.default)}\``;
  return '';
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

import type { SchemaNode } from './setting-tree.ts';
import { allowedOf, configJsonSchema, valueOfRecord } from './setting-tree.ts';

interface Row {
  readonly name: string;
  readonly node: SchemaNode;
  /** `with` names the optional section that asks for it, empty where it is always asked for. */
  readonly required: { readonly with: string } | undefined;
}

/** The settings as a markdown table, for the README: name, default, what is allowed, what it means. */
export function settingTable(): string {
  const rows = rowsOf({ name: '', node: configJsonSchema(), required: undefined }).map(
    (row) =>
      `| \`${row.name}\` | ${defaultOf(row)} | ${cell(allowedOf(row.node))} | ${cell(row.node.description ?? '')} |`,
  );
  return ['| setting | default | allowed | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** Depth first, in the schema's order. Lists and free-form records show one row for what they hold. */
function rowsOf({ name, node, required }: Row): Row[] {
  if (node.properties !== undefined) {
    // A section that is neither required nor filled by itself may be left out, and its members with it.
    const isOptional = name !== '' && node.default === undefined && required === undefined;
    return Object.entries(node.properties).flatMap(([key, child]) =>
      rowsOf({
        name: name === '' ? key : `${name}.${key}`,
        node: child,
        required: node.required?.includes(key) ? { with: isOptional ? name : '' } : undefined,
      }),
    );
  }
  if (node.items?.properties !== undefined) {
    return rowsOf({ name: `${name}[]`, node: node.items, required: { with: '' } });
  }
  const value = valueOfRecord(node);
  if (value === undefined) return [{ name, node, required }];
  return [{ name: `${name}.<name>`, node: { ...value, ...withDescription(node) }, required }];
}

/** The record itself says what its values mean. */
function withDescription({ description }: SchemaNode): Pick<SchemaNode, 'description'> {
  return description === undefined ? {} : { description };
}

function defaultOf({ node, required }: Row): string {
  if (required !== undefined) {
    return required.with === '' ? 'required' : `required in \`${required.with}\``;
  }
  const isPlain = typeof node.default === 'string' || typeof node.default === 'number';
  if (isPlain || typeof node.default === 'boolean') return `\`${String(node.default)}\``;
  return '';
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

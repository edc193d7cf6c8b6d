import { z } from 'zod';

import { configSchema } from './schema.ts';

/** A node of the settings' JSON schema, as far as it is read here. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
}

/** JSON schema (draft 2020-12) of a configuration file, for editors and for what is said of settings. */
export function configJsonSchema(): SchemaNode {
  // Everything that a schema is made of here is plain JSON, which `SchemaNode` reads a part of.
  return z.toJSONSchema(configSchema, { io: 'input' }) as SchemaNode;
}

/** The node at a path of names and list indices, or `undefined` where there is no such setting. */
export function schemaAt(root: SchemaNode, path: readonly PropertyKey[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const step of path) {
    if (node === undefined) return undefined;
    const named: SchemaNode | undefined = node.properties?.[String(step)];
    node = typeof step === 'number' ? node.items : (named ?? valueOfRecord(node));
  }
  return node;
}

/** What every value of a free-form record is, where the node is one. */
export function valueOfRecord({ additionalProperties }: SchemaNode): SchemaNode | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** What a setting may be, in words. */
export function allowedOf(node: SchemaNode): string {
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`;
  switch (node.type) {
    case 'integer':
      return `a whole number from ${node.minimum} to ${node.maximum}`;
    case 'number':
      return `a number from ${node.minimum} to ${node.maximum}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return node.items?.type === 'string' ? 'a list of texts' : 'a list';
    case 'object':
      return 'a section of its own';
    default:
      return 'text';
  }
}

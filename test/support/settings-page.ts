import { z } from 'zod';
import { configSchema } from '../../gateway/config/schema.ts';

/** The part of a JSON schema that settings are made of. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** One setting by its full name, such as `replicas[].url`. */
export interface Setting {
  readonly name: string;
  readonly default: string;
  readonly allowed: string;
  readonly meaning: string;
}

/** Every setting that a person can write down, in the order of the schema. */
export function settings(): Setting[] {
  return settingsOf(z.toJSONSchema(configSchema, { io: 'input' }) as Schema, '');
}

function settingsOf({ properties = {}, required = [] }: Schema, prefix: string): Setting[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const name = `${prefix}${key}`;
    if (schema.properties !== undefined) return settingsOf(schema, `${name}.`);
    if (schema.items?.properties !== undefined) return settingsOf(schema.items, `${name}[].`);
    return [
      {
        name,
        default: defaultOf(schema, required.includes(key)),
        allowed: allowedBy(schema),
        meaning: schema.description ?? '',
      },
    ];
  });
}

function defaultOf(schema: Schema, isRequired: boolean): string {
  if (schema.default === undefined) return isRequired ? 'required' : '';
  const text = typeof schema.default === 'string' ? schema.default : JSON.stringify(schema.default);
  return `\`${text}\``;
}

function allowedBy({ type = '', enum: words, minimum, maximum, items }: Schema): string {
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(', ');
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (type === 'array') return `list of ${items?.type ?? 'values'}s`;
  return { boolean: '`true`, `false`', object: 'names and values', string: 'text' }[type] ?? type;
}

/** `docs/settings.md`, as the schema has it. */
export function settingsPage(): string {
  const rows = settings().map((row) =>
    [
      '',
      `\`${row.name}\``,
      row.default,
      row.allowed,
      row.meaning.replaceAll('|', String.raw`\|`),
      '',
    ]
      .join(' | ')
      .trim(),
  );
  return [
    '# Settings',
    '',
    'Each can stand in the YAML file of `gateway serve --config`; `${NAME}` takes a value from the environment.',
    'Names say their unit: `Ms`, `Bytes`, `Tokens`, `Requests`.',
    '',
    '| setting | default | allowed | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

import { type FieldType, RequestRefused } from './refusal.ts';

/** Reads a JSON body; refuses what is no JSON object, and says where it stops being one. */
export function parseBody(text: string): Readonly<Record<string, unknown>> {
  if (text.length === 0) throw new RequestRefused({ kind: 'empty-body' });
  const parsed = parseJson(text);
  if (!isObject(parsed)) throw new RequestRefused({ kind: 'not-an-object', found: parsed });
  return parsed;
}

/** The members of one JSON object, each read as the type that it must have. `null` counts as absent. */
export class BodyFields {
  readonly #members: Readonly<Record<string, unknown>>;

  constructor(members: Readonly<Record<string, unknown>>) {
    this.#members = members;
  }

  /** The member as it came; `undefined` when it is absent or null. */
  raw(field: string): unknown {
    return this.#members[field] ?? undefined;
  }

  integer(field: string): number | undefined {
    const value = this.number(field, 'integer');
    if (value !== undefined && !Number.isInteger(value)) return this.#refuse(field, 'integer');
    return value;
  }

  number(field: string, expected: FieldType = 'number'): number | undefined {
    const value = this.raw(field);
    if (value === undefined || typeof value === 'number') return value;
    return this.#refuse(field, expected);
  }

  flag(field: string): boolean | undefined {
    const value = this.raw(field);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.#refuse(field, 'boolean');
  }

  text(field: string): string | undefined {
    const value = this.raw(field);
    if (value === undefined || typeof value === 'string') return value;
    return this.#refuse(field, 'string');
  }

  list(field: string): readonly unknown[] | undefined {
    const value = this.raw(field);
    if (value === undefined || Array.isArray(value)) return value;
    return this.#refuse(field, 'list');
  }

  /** The members of an object inside this one. */
  object(field: string): BodyFields | undefined {
    const value = this.raw(field);
    if (value === undefined) return undefined;
    return isObject(value) ? new BodyFields(value) : this.#refuse(field, 'dictionary');
  }

  /** One text or a list of them. */
  texts(field: string): readonly string[] {
    const value = this.raw(field);
    if (value === undefined) return [];
    if (typeof value === 'string') return [value];
    return isListOf(value, 'string') ? value : this.#refuse(field, 'string');
  }

  /** Refuses the body because it lacks a member. */
  missing(field: string): never {
    throw new RequestRefused({ kind: 'missing-field', field, found: this.#members });
  }

  #refuse(field: string, expected: FieldType): never {
    throw new RequestRefused({ kind: 'bad-type', field, expected, found: this.raw(field) });
  }
}

/** True for a JSON object, which is neither a list nor null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a list whose every member is of the type; an empty list is. */
export function isListOf(value: unknown, type: 'string'): value is readonly string[];
export function isListOf(value: unknown, type: 'number'): value is readonly number[];
export function isListOf(value: unknown, type: 'string' | 'number'): boolean {
  return Array.isArray(value) && value.every((member) => typeof member === type);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const place = error instanceof Error ? /position (\d+)/u.exec(error.message)?.[1] : undefined;
    throw new RequestRefused({ kind: 'bad-json', at: Number(place ?? text.length) });
  }
}

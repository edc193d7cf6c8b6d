/** A JSON object of which nothing is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that a page holds, or `undefined` where it holds something else. */
export function readObject(page: string | undefined): JsonObject | undefined {
  return asObject(readJson(page));
}

/** The list of objects that a page holds; empty where it holds something else. */
export function readObjects(page: string | undefined): readonly JsonObject[] {
  return objectsOf(readJson(page));
}

function readJson(page: string | undefined): unknown {
  if (page === undefined) return undefined;
  try {
    return JSON.parse(page);
  } catch {
    // Another engine's page under the same path.
    return undefined;
  }
}

/** The objects of a list; what else it holds is left out. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.map((item) => asObject(item)).filter((item) => item !== undefined);
}

/** The value if it is a plain object. */
export function asObject(value: unknown): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as JsonObject;
}

/** A member that is a finite number of 0 or more. */
export function countOf(object: JsonObject | undefined, name: string): number | undefined {
  const value = object?.[name];
  return typeof value === 'number' && value >= 0 && value < Infinity ? value : undefined;
}

/** A member that is text and not empty. */
export function textOf(object: JsonObject | undefined, name: string): string | undefined {
  const value = object?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

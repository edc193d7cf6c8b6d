/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Text after substitution, and the variables that were wanted and are not there. */
export interface Substituted {
  readonly text: string;
  readonly missing: readonly string[];
}

/** Stands in a tree where a variable is not there: nothing that a setting may be. */
export const UNSET: unique symbol = Symbol('unset');

/** `$${` stands for `${` itself. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g;

/** Replaces `${NAME}` and `${NAME:-default}`; the default also stands in for an empty variable, as in a shell. */
export function substitute(text: string, environment: Environment): Substituted {
  const missing: string[] = [];
  const replaced = text.replace(REFERENCE, (match, name?: string, fallback?: string) => {
    if (name === undefined) return '${';
    const value = environment[name];
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value === undefined) missing.push(name);
    return value ?? match;
  });
  return { text: replaced, missing };
}

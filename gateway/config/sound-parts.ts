import { UNSET } from './environment.ts';
import { configSchema } from './schema.ts';
import type { Config, KeySettings, ReplicaSettings, TenantSettings } from './settings.ts';

/** What of a configuration is right by itself. A part that is wrong is `undefined`, and keeps its place. */
export interface SoundParts {
  readonly listen: Config['listen'] | undefined;
  readonly admin: Config['admin'] | undefined;
  readonly models: Config['models'] | undefined;
  readonly launch: Config['launch'] | undefined;
  readonly replicas: readonly (Pick<ReplicaSettings, 'id' | 'url'> | undefined)[] | undefined;
  readonly keys: readonly (KeySettings | undefined)[] | undefined;
  readonly tenants: readonly (TenantSettings | undefined)[] | undefined;
}

/** Reads a tree section by section and item by item, so that one mistake does not hide what is beside it. */
export function soundParts(tree: unknown): SoundParts {
  return {
    listen: section('listen', tree),
    admin: section('admin', tree),
    models: section('models', tree),
    launch: section('launch', tree),
    // A replica is known by its address and its name, whatever else of it is wrong.
    replicas: items('replicas', tree, addressAndName),
    keys: items('keys', tree),
    tenants: items('tenants', tree),
  };
}

function section<Name extends keyof Config>(name: Name, tree: unknown): Config[Name] | undefined {
  const value = memberOf(tree, name);
  return configSchema.safeParse(value === undefined ? {} : { [name]: value }).data?.[name];
}

/** As many as the longest list may have. */
const ITEMS_MAX = 10_000;

function items<Name extends 'replicas' | 'keys' | 'tenants'>(
  name: Name,
  tree: unknown,
  prepared: (item: unknown) => unknown = (item) => item,
): readonly (Config[Name][number] | undefined)[] | undefined {
  const list = memberOf(tree, name) ?? [];
  // One that is much too long is wrong as a whole, and every item takes a look of its own.
  if (!Array.isArray(list) || list.length > ITEMS_MAX) return undefined;
  return list.map(
    (item: unknown) => configSchema.safeParse({ [name]: [prepared(item)] }).data?.[name][0],
  );
}

function addressAndName(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return item;
  const known = Object.entries(item).filter(
    ([name, member]) => (name === 'url' || name === 'id') && member !== UNSET,
  );
  return Object.fromEntries(known);
}

function memberOf(tree: unknown, name: string): unknown {
  if (typeof tree !== 'object' || tree === null) return undefined;
  return (tree as Readonly<Record<string, unknown>>)[name];
}

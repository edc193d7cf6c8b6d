import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';

import type { z } from 'zod';

import type { Problem } from './config/config-error.ts';
import { ConfigError } from './config/config-error.ts';
import { contradictionsOf } from './config/contradictions.ts';
import type { Environment } from './config/environment.ts';
import { UNSET } from './config/environment.ts';
import { problemOf } from './config/problem-words.ts';
import { configSchema } from './config/schema.ts';
import type { SchemaNode } from './config/setting-tree.ts';
import { configJsonSchema, schemaAt } from './config/setting-tree.ts';
import type { Config } from './config/settings.ts';
import type { SoundParts } from './config/sound-parts.ts';
import { soundParts } from './config/sound-parts.ts';
import type { SettingPath } from './config/yaml-source.ts';
import { YamlSource } from './config/yaml-source.ts';

export { ConfigError } from './config/config-error.ts';
export type { Config } from './config/settings.ts';

/** A setting that the command line gives; it wins over the file's. */
export interface Override {
  /** As people wrote it, such as `--port`. */
  readonly flag: string;
  readonly path: SettingPath;
  readonly value: unknown;
}

/** Where settings come from. */
export interface ConfigSources {
  /** Name in messages, and YAML text. */
  readonly file?: { readonly name: string; readonly text: string } | undefined;
  readonly overrides?: readonly Override[];
  /** For `${NAME}` in the file. */
  readonly environment: Environment;
  /** Whether settings without a replica are wrong, as they are for who wants to serve. */
  readonly needsReplica?: boolean;
}

/** Reads a file and takes it for a configuration. Throws `ConfigError` with all that is wrong. */
export function loadConfig(path: string | undefined, sources: Omit<ConfigSources, 'file'>): Config {
  if (path === undefined) return readConfig(sources);
  return readConfig({ ...sources, file: { name: path, text: readText(path) } });
}

/** The settings from all sources, defaults filled in. Throws `ConfigError` with all that is wrong. */
export function readConfig(sources: ConfigSources): Config {
  const { file, overrides = [], environment } = sources;
  const schema = configJsonSchema();
  const typeAt = (path: SettingPath): string | undefined => schemaAt(schema, path)?.type;
  const source = new YamlSource(file?.name ?? 'settings', file?.text ?? '', environment, typeAt);
  const tree = overrides.reduce(overridden, source.tree);
  const whereIs = (path: SettingPath): string =>
    flagFor(path, overrides)?.flag ?? source.placeOf(path);
  const parsed = configSchema.safeParse(tree, { reportInput: true });
  const parts = parsed.data ?? soundParts(tree);
  const problems = [
    ...source.problems,
    ...explain(parsed.error?.issues ?? [], schema, whereIs),
    ...contradictionsOf(parts).map(({ path, what }) => ({ where: whereIs(path), what })),
    ...noReplica(parts, sources, whereIs),
  ];
  if (parsed.data === undefined || problems.length > 0) throw new ConfigError(problems);
  return parsed.data;
}

function noReplica(
  { replicas, launch }: SoundParts,
  { needsReplica = false, file }: ConfigSources,
  whereIs: (path: SettingPath) => string,
): readonly Problem[] {
  // Of a section that is wrong nobody can say what it would launch.
  if (!needsReplica || replicas?.length !== 0 || launch?.replicas.length !== 0) return [];
  if (file !== undefined) {
    const what = 'there is no replica: list one under `replicas` or `launch.replicas`';
    return [{ where: whereIs(['replicas']), what }];
  }
  const what = 'there is no replica: name one with --replica <url>, or list them under `replicas`';
  return [{ where: '--replica', what: `${what} in the file of --config` }];
}

/** Largest file of settings: four times that of ten thousand keys. */
export const CONFIG_BYTES_MAX: number = 4 * 2 ** 20;

function readText(path: string): string {
  try {
    return readBounded(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError([{ where: path, what: `cannot be read: ${reason}` }], { cause });
  }
}

function readBounded(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size > CONFIG_BYTES_MAX) throw new RangeError(`it has more than ${CONFIG_BYTES_MAX} bytes`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function explain(
  issues: readonly z.core.$ZodIssue[],
  schema: SchemaNode,
  whereIs: (path: SettingPath) => string,
): readonly Problem[] {
  return issues
    .filter(({ input }) => input !== UNSET)
    .flatMap((issue) => problemOf(issue, schema, whereIs));
}

/** The flag that set the value at `path`, or a part of it. */
function flagFor(path: SettingPath, overrides: readonly Override[]): Override | undefined {
  return overrides.findLast((override) =>
    override.path.every((step, index) => step === path[index]),
  );
}

/** The tree with one more value in it; what it stands in is made where it is missing. */
function overridden(tree: unknown, { path, value }: Override): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const within = { flag: '', path: rest, value };
  if (Array.isArray(tree) && typeof step === 'number') {
    const items: unknown[] = tree;
    return items.toSpliced(step, 1, overridden(items[step], within));
  }
  const members = typeof tree === 'object' && tree !== null ? tree : {};
  const member = (members as Readonly<Record<PropertyKey, unknown>>)[step];
  return { ...members, [step]: overridden(member, within) };
}

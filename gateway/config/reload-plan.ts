import { isDeepStrictEqual } from 'node:util';

import { ConfigError } from './config-error.ts';
import { contradictionsOf } from './contradictions.ts';
import { nameOf } from './problem-words.ts';
import type { Config } from './settings.ts';

/** What becomes of a gateway that runs by one configuration and is given another. */
export interface ReloadPlan {
  /** The one given, with what cannot change left as it is. */
  readonly config: Config;
  /** Names of the settings that change. */
  readonly changed: readonly string[];
  /** Names of the settings that differ and stay as they are until the gateway is started anew. */
  readonly needRestart: readonly string[];
}

/** Sections and settings that sockets, timers and the waiting room have been made with. */
const FIXED: ReadonlySet<string> = new Set([
  'listen',
  'admin.host',
  'admin.port',
  'admin.tls',
  'admin.allowUnauthenticated',
  'admission',
  'launch',
  'routing.goodFirstTokenMs',
  'limits.headBytesMax',
  'timeouts.connectMs',
  'discovery',
  'gpuHealth',
  'telemetry',
]);

/**
 * Compares two configurations, each right by itself. Throws `ConfigError` where the one given cannot be meant
 * together with what stays, such as no keys behind an open address.
 */
export function planReload(running: Config, given: Config): ReloadPlan {
  const changed: string[] = [];
  const needRestart: string[] = [];
  const tell = (name: string, isFixed: boolean): void => {
    (isFixed ? needRestart : changed).push(name);
  };
  const config = merge([], { before: running, after: given }, tell) as Config;
  const problems = contradictionsOf(config).map(({ path, what }) => ({
    where: nameOf(path),
    what:
      needRestart.length === 0 ? what : `${what}; ${needRestart.join(', ')} need a restart first`,
  }));
  if (problems.length > 0) throw new ConfigError(problems);
  return { config, changed, needRestart };
}

interface Versions {
  readonly before: unknown;
  readonly after: unknown;
}

type Members = Readonly<Record<string, unknown>>;

/** Sections member by member, and each setting whole. */
function merge(
  path: readonly string[],
  { before, after }: Versions,
  tell: (name: string, isFixed: boolean) => void,
): unknown {
  if (isDeepStrictEqual(before, after)) return before;
  if (path.length < SETTING_DEPTH && isSection(before) && isSection(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    const merged = [...names].map((name): [string, unknown] => [
      name,
      merge([...path, name], { before: before[name], after: after[name] }, tell),
    ]);
    return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
  }
  const name = path.join('.');
  const isFixed = FIXED.has(path[0] ?? '') || FIXED.has(name);
  tell(name, isFixed);
  return isFixed ? before : after;
}

/** A section, and a setting in it. */
const SETTING_DEPTH = 2;

function isSection(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { Config } from './settings.ts';
import type { SettingPath } from './yaml-source.ts';

/** Settings that are right by themselves and wrong together. */
export interface Contradiction {
  /** The setting to look at. */
  readonly path: SettingPath;
  readonly what: string;
}

/** Everything in a configuration that cannot be meant as it stands. */
export function contradictionsOf(config: Config): readonly Contradiction[] {
  return [...openDoors(config), ...twins(config), ...renamedAliases(config)];
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i;

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** An address that others reach, where nobody is asked who they are. */
function openDoors({ listen, admin, keys }: Config): Contradiction[] {
  const found: Contradiction[] = [];
  if (!isLoopback(listen.host) && keys.length === 0 && !listen.allowUnauthenticated) {
    const remedy = 'list keys, say listen.allowUnauthenticated: true (--allow-unauthenticated)';
    found.push({ path: ['listen', 'host'], what: openDoor(listen.host, remedy) });
  }
  if (!isLoopback(admin.host) && admin.keySha256 === undefined && !admin.allowUnauthenticated) {
    const remedy = 'set admin.keySha256, say admin.allowUnauthenticated: true';
    found.push({ path: ['admin', 'host'], what: openDoor(admin.host, remedy) });
  }
  return found;
}

function openDoor(host: string, remedy: string): string {
  return `other machines reach ${host}, and no key is asked for: ${remedy}, or take 127.0.0.1`;
}

/** Two replicas of one name, or one replica twice. */
function twins({ replicas }: Config): Contradiction[] {
  return replicas.flatMap(({ id, url }, index) => {
    const before = replicas.slice(0, index);
    if (before.some((other) => other.url === url)) {
      return [{ path: ['replicas', index, 'url'], what: `${url} is listed twice` }];
    }
    if (before.some((other) => other.id === id)) {
      return [{ path: ['replicas', index, 'id'], what: `two replicas are called ${id}` }];
    }
    return [];
  });
}

/** An alias is resolved once: one that leads to another would ask engines for a name they do not know. */
function renamedAliases({ models: { aliases } }: Config): Contradiction[] {
  return Object.entries(aliases).flatMap(([alias, target]) => {
    if (!Object.hasOwn(aliases, target)) return [];
    return [{ path: ['models', 'aliases', alias], what: `${target} is an alias itself` }];
  });
}

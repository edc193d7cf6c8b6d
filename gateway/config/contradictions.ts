import { ANONYMOUS_TENANT } from '../generation/tenant.ts';
import { guessableKey, MAKE_A_KEY } from './guessable-keys.ts';
import type { SoundParts } from './sound-parts.ts';
import type { SettingPath } from './yaml-source.ts';

/** Settings that are right by themselves and wrong together. */
export interface Contradiction {
  /** The setting to look at. */
  readonly path: SettingPath;
  readonly what: string;
}

/** Everything in a configuration that cannot be meant as it stands. */
export function contradictionsOf(parts: SoundParts): readonly Contradiction[] {
  return [
    ...openDoors(parts),
    ...guessableKeys(parts),
    ...twins(parts),
    ...launchedTwins(parts),
    ...renamedAliases(parts),
    ...strangers(parts),
  ];
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i;

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** An address that others reach, where nobody is asked who they are. */
function openDoors({ listen, admin, keys }: SoundParts): Contradiction[] {
  const found: Contradiction[] = [];
  const asksKeys = keys === undefined || keys.length > 0;
  if (
    listen !== undefined &&
    !asksKeys &&
    !isLoopback(listen.host) &&
    !listen.allowUnauthenticated
  ) {
    const remedy = 'list keys, say listen.allowUnauthenticated: true (--allow-unauthenticated)';
    found.push({ path: ['listen', 'host'], what: openDoor(listen.host, remedy) });
  }
  if (admin === undefined || isLoopback(admin.host)) return found;
  if (admin.keySha256 === undefined && !admin.allowUnauthenticated) {
    const remedy = 'set admin.keySha256, say admin.allowUnauthenticated: true';
    found.push({ path: ['admin', 'host'], what: openDoor(admin.host, remedy) });
  }
  return found;
}

function openDoor(host: string, remedy: string): string {
  return `other machines reach ${host}, and no key is asked for: ${remedy}, or take 127.0.0.1`;
}

/** A key of an example guards nothing. */
function guessableKeys({ admin, keys = [] }: SoundParts): Contradiction[] {
  const digests: readonly (readonly [SettingPath, string | undefined])[] = [
    [['admin', 'keySha256'], admin?.keySha256],
    ...keys.map((key, index) => [['keys', index, 'sha256'], key?.sha256] as const),
  ];
  return digests.flatMap(([path, sha256]) => {
    const key = sha256 === undefined ? undefined : guessableKey(sha256);
    if (key === undefined) return [];
    return [{ path, what: `this is the key '${key}', which anybody would try: ${MAKE_A_KEY}` }];
  });
}

/** Two replicas of one name, or one replica twice. */
function twins({ replicas = [] }: SoundParts): Contradiction[] {
  return replicas.flatMap((replica, index) => {
    if (replica === undefined) return [];
    const { id, url } = replica;
    const before = replicas.slice(0, index);
    if (before.some((other) => other?.url === url)) {
      return [{ path: ['replicas', index, 'url'], what: `${url} is listed twice` }];
    }
    if (before.some((other) => other?.id === id)) {
      return [{ path: ['replicas', index, 'id'], what: `two replicas are called ${id}` }];
    }
    return [];
  });
}

/** Two engines that are started by one name or on one port, or one that is listed as running already. */
function launchedTwins({ launch, replicas = [] }: SoundParts): Contradiction[] {
  const launched = launch?.replicas ?? [];
  return launched.flatMap(({ id, port }, index) => {
    const before = launched.slice(0, index);
    if ([...before, ...replicas].some((other) => other?.id === id)) {
      return [{ path: ['launch', 'replicas', index, 'id'], what: `two replicas are called ${id}` }];
    }
    const isTaken =
      before.some((other) => other.port === port) ||
      replicas.some((other) => other !== undefined && isLocal(other.url, port));
    if (!isTaken) return [];
    const what = `another replica has port ${port}`;
    return [{ path: ['launch', 'replicas', index, 'port'], what }];
  });
}

function isLocal(url: string, port: number): boolean {
  const { hostname, port: text } = new URL(url);
  return text === String(port) && isLoopback(hostname);
}

/** An alias is resolved once: one that leads to another would ask engines for a name they do not know. */
function renamedAliases({ models }: SoundParts): Contradiction[] {
  const aliases = models?.aliases ?? {};
  return Object.entries(aliases).flatMap(([alias, target]) => {
    if (!Object.hasOwn(aliases, target)) return [];
    return [{ path: ['models', 'aliases', alias], what: `${target} is an alias itself` }];
  });
}

/** Tenants that are described twice, or whom no key makes anybody. */
function strangers({ tenants = [], keys }: SoundParts): Contradiction[] {
  return tenants.flatMap((tenant, index) => {
    if (tenant === undefined) return [];
    const { name } = tenant;
    const path = ['tenants', index, 'name'];
    if (tenants.findIndex((other) => other?.name === name) < index) {
      return [{ path, what: `${name} is described twice` }];
    }
    return isKnown(name, keys) ? [] : [{ path, what: `no key makes anybody ${name}` }];
  });
}

/** Of keys that are wrong nobody can say whose they are. */
function isKnown(name: string, keys: SoundParts['keys']): boolean {
  if (keys?.length === 0) return name === ANONYMOUS_TENANT;
  return keys?.every((key) => key !== undefined && key.tenant !== name) !== true;
}

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { contradictionsOf, isLoopback } from '../../../gateway/config/contradictions.ts';
import { configSchema } from '../../../gateway/config/schema.ts';
import { soundParts } from '../../../gateway/config/sound-parts.ts';

const sha256 = '0'.repeat(64);

function contradictions(settings: object): (readonly [string, string])[] {
  return contradictionsOf(configSchema.parse(settings)).map(({ path, what }) => [
    path.join('.'),
    what,
  ]);
}

function pathsAtFault(settings: object): string[] {
  return contradictions(settings).map(([path]) => path);
}

describe('an address that other machines reach', () => {
  it('wants keys', () => {
    expect(contradictions({ listen: { host: '0.0.0.0' } })).toEqual([
      [
        'listen.host',
        'other machines reach 0.0.0.0, and no key is asked for: list keys, say listen.allowUnauthenticated: true (--allow-unauthenticated), or take 127.0.0.1',
      ],
    ]);
    expect(pathsAtFault({ listen: { host: '0.0.0.0' }, keys: [{ sha256, tenant: 'a' }] })).toEqual(
      [],
    );
  });

  it('may do without where that is said in so many words', () => {
    expect(pathsAtFault({ listen: { host: '0.0.0.0', allowUnauthenticated: true } })).toEqual([]);
    expect(pathsAtFault({ admin: { host: '::', allowUnauthenticated: true } })).toEqual([]);
  });

  it('of the admin port wants the admin key, whatever keys clients have', () => {
    const keys = [{ sha256, tenant: 'a' }];
    expect(pathsAtFault({ admin: { host: '10.0.0.1' }, keys })).toEqual(['admin.host']);
    expect(pathsAtFault({ admin: { host: '10.0.0.1', keySha256: sha256 } })).toEqual([]);
  });

  it.each(['127.0.0.1', '127.8.9.10', 'localhost', 'LOCALHOST', '::1', '[::1]'])(
    'is not %s',
    (host) => {
      expect(isLoopback(host)).toBe(true);
      expect(pathsAtFault({ listen: { host }, admin: { host } })).toEqual([]);
    },
  );

  it.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '127.0.0.1.example.com',
    'localhost.example.com',
    '128.0.0.1',
  ])('is %s', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe('a key', () => {
  const digest = (key: string): string => createHash('sha256').update(key).digest('hex');

  it.each(['', 'foo', 'key', 'KEY', 'secret', 'EMPTY'])(
    'is not %j, of clients or of the admin',
    (key) => {
      const keys = [
        { sha256, tenant: 'a' },
        { sha256: digest(key), tenant: 'b' },
      ];
      const admin = { keySha256: digest(key) };
      const found = contradictions({ keys, admin });
      expect(found.map(([path]) => path)).toEqual(['admin.keySha256', 'keys.1.sha256']);
      expect(found[0]?.[1]).toContain(
        `this is the key '${key}', which anybody would try: make one`,
      );
    },
  );

  it('is any other text', () => {
    expect(contradictions({ keys: [{ sha256: digest('k3y-0f-red'), tenant: 'a' }] })).toEqual([]);
  });
});

describe('parts that are wrong by themselves', () => {
  it('are passed over, and what stands beside them is not', () => {
    const a = { url: 'http://a:1' };
    const parts = soundParts({
      listen: { host: '0.0.0.0', port: 'x' },
      admin: { host: '0.0.0.0' },
      replicas: [a, { url: 'x' }, a],
    });
    expect(contradictionsOf(parts).map(({ path }) => path.join('.'))).toEqual([
      'admin.host',
      'replicas.2.url',
    ]);
  });

  it('ask for no keys where keys are listed, right or wrong', () => {
    const listen = { host: '0.0.0.0' };
    for (const keys of [[{ tenant: 'a' }], 'x']) {
      expect(contradictionsOf(soundParts({ listen, keys }))).toEqual([]);
    }
  });
});

describe('two replicas', () => {
  it('are not one', () => {
    const urls = ['http://a:1', 'http://b:1', 'http://a:1/'];
    expect(contradictions({ replicas: urls.map((url) => ({ url })) })).toEqual([
      ['replicas.2.url', 'http://a:1 is listed twice'],
    ]);
  });

  it('do not share a name', () => {
    const replicas = [
      { url: 'http://a:1', id: 'x' },
      { url: 'http://b:1', id: 'x' },
    ];
    expect(contradictions({ replicas })).toEqual([['replicas.1.id', 'two replicas are called x']]);
  });
});

describe('an alias', () => {
  it('does not lead to an alias, itself included', () => {
    const aliases = { small: 'llama', fast: 'small', loop: 'loop' };
    expect(contradictions({ models: { aliases } })).toEqual([
      ['models.aliases.fast', 'small is an alias itself'],
      ['models.aliases.loop', 'loop is an alias itself'],
    ]);
    expect(contradictions({ models: { aliases: { a: 'toString' } } })).toEqual([]);
  });
});

describe('a tenant that is described', () => {
  const keys = [{ sha256, tenant: 'a' }];

  it('is one that a key makes somebody', () => {
    expect(pathsAtFault({ keys, tenants: [{ name: 'a' }] })).toEqual([]);
    expect(contradictions({ keys, tenants: [{ name: 'a' }, { name: 'b' }] })).toEqual([
      ['tenants.1.name', 'no key makes anybody b'],
    ]);
  });

  it('is everybody where there are no keys', () => {
    expect(pathsAtFault({ tenants: [{ name: 'anonymous' }] })).toEqual([]);
    expect(pathsAtFault({ tenants: [{ name: 'a' }] })).toEqual(['tenants.0.name']);
  });

  it('is described once', () => {
    expect(contradictions({ keys, tenants: [{ name: 'a' }, { name: 'a', weight: 2 }] })).toEqual([
      ['tenants.1.name', 'a is described twice'],
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { configSchema } from '../../../gateway/config/schema.ts';
import type { SchemaNode } from '../../../gateway/config/setting-tree.ts';
import { configJsonSchema } from '../../../gateway/config/setting-tree.ts';

const defaults = configSchema.parse({});

describe('the settings without a file', () => {
  it('listen on this machine alone, and take no replica for granted', () => {
    expect(defaults.listen).toEqual({
      host: '127.0.0.1',
      port: 8080,
      reusePort: false,
      allowUnauthenticated: false,
    });
    expect(defaults.admin.host).toBe('127.0.0.1');
    expect(defaults.replicas).toEqual([]);
    expect(defaults.keys).toEqual([]);
  });

  it('wait for a first byte as long as the request may take', () => {
    expect(defaults.timeouts.firstByteMs).toBeUndefined();
    expect(defaults.admission.waitingMsMax).toBeLessThan(defaults.timeouts.totalMs);
  });

  it('are the same when every section stands there empty', () => {
    const sections = Object.fromEntries(
      Object.keys(defaults).map((name) => [
        name,
        ['replicas', 'keys', 'tenants'].includes(name) ? [] : {},
      ]),
    );
    expect(configSchema.parse(sections)).toEqual(defaults);
  });

  it('are settings themselves', () => {
    expect(configSchema.parse(defaults)).toEqual(defaults);
  });
});

/** Every number among the settings, by its path. */
function numbersIn(
  node: SchemaNode,
  path: readonly string[] = [],
): [readonly string[], SchemaNode][] {
  if (node.type === 'integer' || node.type === 'number') return [[path, node]];
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    numbersIn(child, [...path, key]),
  );
}

function settingAt(path: readonly string[], value: unknown): unknown {
  return path.toReversed().reduce((inner, key) => ({ [key]: inner }), value);
}

describe('every number', () => {
  const numbers = numbersIn(configJsonSchema());

  it.each(numbers.map(([path, node]) => [path.join('.'), path, node] as const))(
    '%s may be its bounds and nothing past them',
    (_, path, { minimum = 0, maximum = 0, type }) => {
      const isSetting = (value: unknown) => configSchema.safeParse(settingAt(path, value)).success;
      const past = type === 'integer' ? 1 : 1e-9;
      expect([isSetting(minimum), isSetting(maximum)]).toEqual([true, true]);
      expect([isSetting(minimum - past), isSetting(maximum + past)]).toEqual([false, false]);
      expect([isSetting(String(minimum)), isSetting(Number.NaN), isSetting(true)]).toEqual([
        false,
        false,
        false,
      ]);
    },
  );
});

describe('a replica', () => {
  const idOf = (settings: object) => configSchema.parse({ replicas: [settings] }).replicas[0]?.id;
  const isReplica = (settings: object) => configSchema.safeParse({ replicas: [settings] }).success;

  it('is called by host and port, unless it has a name', () => {
    expect(idOf({ url: 'http://10.0.0.7:30000' })).toBe('10.0.0.7:30000');
    expect(idOf({ url: 'https://engine.test' })).toBe('engine.test');
    expect(idOf({ url: 'http://a:1', id: 'numa-0' })).toBe('numa-0');
  });

  it('has an origin for a URL, however it is written', () => {
    const urlOf = (url: string) => configSchema.parse({ replicas: [{ url }] }).replicas[0]?.url;
    expect(urlOf('http://a:1/')).toBe('http://a:1');
    expect(urlOf('HTTP://A:80')).toBe('http://a');
    expect(urlOf('https://[::1]:8000')).toBe('https://[::1]:8000');
  });

  it.each([
    'a:1',
    '127.0.0.1:30000',
    'ftp://a:1',
    'http://a:1/v1',
    'http://a:1?x=1',
    'http://a:1#x',
    'http://user:secret@a:1',
    'http://:secret@a:1',
    'http://a:99999',
    '',
  ])('has no URL like %j', (url) => {
    expect(isReplica({ url })).toBe(false);
  });

  it('has a name that is safe in headers and labels', () => {
    expect(isReplica({ url: 'http://a:1', id: 'a.b_c:d-1' })).toBe(true);
    expect(isReplica({ url: 'http://a:1', id: 'a'.repeat(128) })).toBe(true);
    for (const id of ['', 'a b', 'a\n', 'ä', '{x}', 'a'.repeat(129)]) {
      expect(isReplica({ url: 'http://a:1', id })).toBe(false);
    }
  });
});

describe('a text', () => {
  it('is of one line wherever it may end up in a header or a log', () => {
    fc.assert(
      fc.property(fc.constantFrom('\r', '\n', '\0'), fc.string(), (end, rest) => {
        const value = `${end}${rest}`;
        const written = [
          { listen: { host: value } },
          { keys: [{ sha256: '0'.repeat(64), tenant: value }] },
          { telemetry: { otlpHeaders: { 'x-key': value } } },
          { models: { aliases: { [value]: 'llama' } } },
          { replicas: [{ url: 'http://a:1', apiKey: value }] },
        ];
        for (const settings of written)
          expect(configSchema.safeParse(settings).success).toBe(false);
      }),
    );
  });
});

describe('a tenant', () => {
  const isTenant = (settings: object): boolean =>
    configSchema.safeParse({ tenants: [{ name: 'a', ...settings }] }).success;

  it('has no quota unless it is given one', () => {
    expect(configSchema.parse({ tenants: [{ name: 'a' }] }).tenants).toEqual([
      { name: 'a', weight: 1, priority: 0 },
    ]);
  });

  it.each([
    ['requestsPerMinute', 1, 100_000_000],
    ['tokensPerMinute', 1, 1_000_000_000],
    ['concurrentRequests', 1, 1_000_000],
  ])('may have %s from %i to %i', (name, min, max) => {
    expect([isTenant({ [name]: min }), isTenant({ [name]: max })]).toEqual([true, true]);
    expect([isTenant({ [name]: min - 1 }), isTenant({ [name]: max + 1 })]).toEqual([false, false]);
    expect(isTenant({ [name]: 1.5 })).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';

import { MAKE_A_KEY } from '../../../gateway/config/guessable-keys.ts';
import { nameOf, problemOf } from '../../../gateway/config/problem-words.ts';
import { configSchema } from '../../../gateway/config/schema.ts';
import { configJsonSchema } from '../../../gateway/config/setting-tree.ts';

function wordsFor(settings: unknown): string[] {
  const { error } = configSchema.safeParse(settings, { reportInput: true });
  const schema = configJsonSchema();
  return (error?.issues ?? []).flatMap((issue) =>
    problemOf(issue, schema, nameOf).map(({ where, what }) => `${where}: ${what}`),
  );
}

describe('the words for what is wrong', () => {
  it.each([
    [
      { listen: { port: 65_536 } },
      'listen.port: listen.port cannot be 65536; it has to be a whole number from 0 to 65535',
    ],
    [
      { listen: { port: '80' } },
      "listen.port: listen.port cannot be '80'; it has to be a whole number from 0 to 65535",
    ],
    [
      { limits: { bodyBytesMax: 1.5 } },
      'limits.bodyBytesMax: limits.bodyBytesMax cannot be 1.5; it has to be a whole number from 1024 to 1073741824',
    ],
    [
      { telemetry: { sampleRatio: 2 } },
      'telemetry.sampleRatio: telemetry.sampleRatio cannot be 2; it has to be a number from 0 to 1',
    ],
    [
      { routing: { policy: 'random' } },
      "routing.policy: routing.policy cannot be 'random'; it has to be one of kv-aware, least-requests, power-of-two, round-robin, session, prefix-hash, smg-least-load, vllm-waiting-running, epp-queue-kv, dynamo-kv-cost",
    ],
    [
      { listen: { allowUnauthenticated: 'yes' } },
      "listen.allowUnauthenticated: listen.allowUnauthenticated cannot be 'yes'; it has to be true or false",
    ],
    [
      { replicas: { url: 'http://a:1' } },
      'replicas: replicas cannot be a section; it has to be a list',
    ],
    [{ listen: [] }, 'listen: listen cannot be a list; it has to be a section of its own'],
    [
      { replicas: [{ url: 'http://a:1/v1' }] },
      "replicas[0].url: replicas[0].url cannot be 'http://a:1/v1'; it has to be http:// or https://, a host and a port, and no path",
    ],
    [
      { keys: [{ sha256: 'abc', tenant: 'a' }] },
      `keys[0].sha256: keys[0].sha256 cannot be what it is; it has to be 64 lower-case hex digits: ${MAKE_A_KEY}`,
    ],
    [
      { telemetry: { otlpEndpoint: 'localhost' } },
      "telemetry.otlpEndpoint: telemetry.otlpEndpoint cannot be 'localhost'; it has to be a url such as http://127.0.0.1:4318",
    ],
    [
      { listen: { host: '' } },
      "listen.host: listen.host cannot be ''; it has to be text that is not empty",
    ],
    [{ listen: 1 }, 'listen: listen cannot be 1; it has to be a section of its own'],
    [
      [],
      'the configuration: the configuration cannot be a list; it has to be a section of its own',
    ],
  ])('%j', (settings, words) => {
    expect(wordsFor(settings)).toEqual([words]);
  });

  it('say what is missing', () => {
    expect(wordsFor({ keys: [{ tenant: 'a' }] })).toEqual([
      'keys[0].sha256: keys[0].sha256 is missing: SHA-256 of the key, hex: `printf %s KEY | sha256sum`.',
    ]);
    expect(wordsFor({ replicas: [{}] })).toEqual([
      'replicas[0].url: replicas[0].url is missing: Base URL of the engine, such as `http://127.0.0.1:30000`.',
    ]);
  });

  it('name the setting that was probably meant, else all there are', () => {
    expect(wordsFor({ listn: {} })).toEqual(['listn: listn is no setting; listen is known']);
    expect(wordsFor({ replicas: [{ url: 'http://a:1', kvCapacity: 1 }] })).toEqual([
      'replicas[0].kvCapacity: replicas[0].kvCapacity is no setting; known are url, id, engine, models, kvCapacityTokens, kvBlockTokens, contextTokensMax, apiKey, caFile, forwardAuthorization, gpus, numaNode, labels',
    ]);
    expect(wordsFor({ routing: { colour: 1 } })).toEqual([
      'routing.colour: routing.colour is no setting; known are policy, shadow, goodFirstTokenMs, goodTokenGapMs',
    ]);
  });

  it('say every thing that is wrong, not just the first', () => {
    const all = wordsFor({ listen: { port: -1, hosts: 'x' }, admin: { port: 'x' }, zzz: 1 });
    expect(all.map((words) => words.split(':')[0])).toEqual([
      'listen.port',
      'listen.hosts',
      'admin.port',
      'zzz',
    ]);
  });

  it('show a long value by its beginning', () => {
    const [words] = wordsFor({ routing: { policy: 'x'.repeat(1_000) } });
    expect(words).toContain(`'${'x'.repeat(60)}…'`);
    expect(words?.length).toBeLessThan(300);
  });

  it('never show a secret', () => {
    const apiKey = 'sesame\nopen';
    expect(wordsFor({ replicas: [{ url: 'http://a:1', apiKey }] }).join()).not.toContain('sesame');
    expect(wordsFor({ replicas: [{ url: 'http://me:sesame@a:1' }] })[0]).toContain(
      "'http://***@a:1'",
    );
    const keys = [{ tenant: 'a', sha256: 'sesame' }];
    const admin = { keySha256: 'sesame' };
    expect(wordsFor({ keys, admin }).join()).not.toContain('sesame');
    const otlpHeaders = { authorization: 'sesame\nopen' };
    const words = wordsFor({ telemetry: { otlpHeaders } });
    expect(words).toHaveLength(1);
    expect(words.join()).not.toContain('sesame');
  });

  it('know texts that are too long and lists that are', () => {
    expect(wordsFor({ listen: { host: 'h'.repeat(256) } })[0]).toContain(
      'text of at most 255 characters',
    );
    expect(wordsFor({ listen: { host: 'h'.repeat(255) } })).toEqual([]);
    const replicas = Array.from({ length: 1_001 }, () => ({ url: 'http://a:1' }));
    expect(wordsFor({ replicas })[0]).toContain('a list of at most 1000');
    expect(wordsFor({ replicas: replicas.slice(1) })).toEqual([]);
  });
});

describe('the name of a setting', () => {
  it('is written as people write it', () => {
    expect(nameOf(['replicas', 0, 'url'])).toBe('replicas[0].url');
    expect(nameOf(['listen'])).toBe('listen');
    expect(nameOf([])).toBe('the configuration');
  });
});

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { printConfig } from '../../../gateway/config/print.ts';
import { configSchema } from '../../../gateway/config/schema.ts';

const config = configSchema.parse({
  replicas: [{ url: 'http://a:1', apiKey: 'sesame' }, { url: 'http://b:1' }],
  telemetry: { otlpHeaders: { 'x-api-key': 'sesame', other: 'sesame' } },
  keys: [{ sha256: '0'.repeat(64), tenant: 'a' }],
});

describe.each(['yaml', 'json'] as const)('settings printed as %s', (format) => {
  const text = printConfig(config, format);
  const read = parse(text) as typeof config;

  it('can be read back and served with', () => {
    expect(configSchema.parse(read)).toEqual(read);
    expect(read.listen).toEqual(config.listen);
    expect(read.keys).toEqual(config.keys);
  });

  it('show that there is a secret, and not which', () => {
    expect(text).not.toContain('sesame');
    expect(read.replicas.map(({ apiKey }) => apiKey)).toEqual(['***', undefined]);
    expect(read.telemetry.otlpHeaders).toEqual({ 'x-api-key': '***', other: '***' });
  });

  it('end without an empty line', () => {
    expect(text).toBe(text.trimEnd());
  });
});

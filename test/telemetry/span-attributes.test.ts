import { describe, expect, it } from 'vitest';
import { labels } from '../../telemetry/semconv.ts';
import { attributeMeanings, attributes, costAttribute } from '../../telemetry/span-attributes.ts';

describe('an attribute', () => {
  const names = Object.values(attributes);

  it('is named as OpenTelemetry wants names', () => {
    expect(names.filter((name) => !/^[a-z][a-z_]*(?:\.[a-z][a-z0-9_]*)+$/.test(name))).toEqual([]);
  });

  it('has one name, and every name is one attribute', () => {
    expect(new Set(names).size).toBe(names.length);
  });

  it('is the name of the label that stands for it', () => {
    const ofConventions = Object.values(labels).filter((label) =>
      /^(?:gen_ai|http|error)_/.test(label),
    );
    const written = names.map((name) => name.replaceAll('.', '_'));

    expect(written).toEqual(expect.arrayContaining(ofConventions));
  });

  it('is no name space of others', () => {
    const spaces = names.filter((name) => names.some((other) => other.startsWith(`${name}.`)));

    expect(spaces).toEqual([]);
  });

  it.each(Object.entries(attributeMeanings))(
    '%s says what it means in a sentence',
    (_, { help }) => {
      expect(help).toMatch(/^[A-Z0-9`].*[.]$/u);
    },
  );
});

describe('the attribute of a cost', () => {
  it('is its name as attributes are written', () => {
    expect(costAttribute('prefill-wait')).toBe('gateway.route.cost.prefill_wait');
  });
});

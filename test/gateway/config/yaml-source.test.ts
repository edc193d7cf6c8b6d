import { describe, expect, it } from 'vitest';

import { ConfigError } from '../../../gateway/config/config-error.ts';
import { UNSET } from '../../../gateway/config/environment.ts';
import { YamlSource } from '../../../gateway/config/yaml-source.ts';

/** Settings that are no text, by name. */
const types: Readonly<Record<string, string>> = {
  port: 'integer',
  share: 'number',
  on: 'boolean',
};

function read(text: string, environment: Readonly<Record<string, string>> = {}): YamlSource {
  return new YamlSource('gateway.yaml', text, environment, ([name]) => types[String(name)]);
}

function problemsOf(text: string): readonly string[] {
  try {
    return read(text).problems.map(({ where, what }) => `${where}: ${what}`);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ where, what }) => `${where}: ${what}`);
    throw error;
  }
}

describe('a YAML text', () => {
  it('is plain values', () => {
    expect(read('a:\n  b: [1, true, "x"]\nc: 1.5').tree).toEqual({
      a: { b: [1, true, 'x'] },
      c: 1.5,
    });
  });

  it('that is empty is no settings', () => {
    for (const text of ['', '# nothing yet\n', '~']) expect(read(text).tree).toEqual({});
  });

  it('leaves out names without a value', () => {
    expect(read('a:\nb: 1\nc:\n  d:\n  e: [null, 1]').tree).toEqual({
      b: 1,
      c: { e: [undefined, 1] },
    });
  });

  it('takes variables in, as numbers and truths where the setting is one', () => {
    const environment = { PORT: '8080', ON: 'true', NAME: 'a: b', NOTHING: '' };
    const text =
      'port: ${PORT}\non: ${ON}\nname: ${NAME}\nquoted: "${PORT}"\nnothing: ${NOTHING}\npart: p${PORT}';
    expect(read(text, environment).tree).toEqual({
      port: 8080,
      on: true,
      name: 'a: b',
      quoted: '8080',
      part: 'p8080',
    });
  });

  it.each(['12345', '1e5', 'true', 'null', '~', 'abc #def', '&abc', '*abc', '%abc', '0x1F', ' a '])(
    'takes %j in as the text that it is',
    (value) => {
      expect(read('key: ${K}\nkeys:\n  - "${K}"\n  - ${K}', { K: value }).tree).toEqual({
        key: value,
        keys: [value, value],
      });
    },
  );

  it('takes in as text what is no number or truth, for the schema to refuse', () => {
    const text = 'port: ${A}\nshare: ${B}\non: ${C}';

    expect(read(text, { A: '0x1F', B: 'half', C: 'yes' }).tree).toEqual({
      port: '0x1F',
      share: 'half',
      on: 'yes',
    });
    expect(read(text, { A: '-1', B: '.5', C: 'false' }).tree).toEqual({
      port: -1,
      share: 0.5,
      on: false,
    });
  });

  it('takes no structure in with a variable', () => {
    const environment = { LIST: '[1, 2]', LINES: 'x\nadmin: {host: 0.0.0.0}' };
    expect(read('a: ${LIST}\nb: ${LINES}', environment).tree).toEqual({
      a: '[1, 2]',
      b: 'x\nadmin: {host: 0.0.0.0}',
    });
  });

  it('takes nothing into names', () => {
    expect(read('${A}: 1', { A: 'b' }).tree).toEqual({ '${A}': 1 });
  });

  it('says where a variable is missing, and how to give it a default', () => {
    expect(problemsOf('a: 1\nb:\n  - ${ONE}\n  - ${TWO:-x} ${THREE}')).toEqual([
      'gateway.yaml:3:5: the variable ONE is not set; ${ONE:-…} gives it a default',
      'gateway.yaml:4:5: the variable THREE is not set; ${THREE:-…} gives it a default',
    ]);
  });

  it('has nothing that a setting may be where a variable is missing', () => {
    expect(read('a: ${ONE}\nb: x${TWO}').tree).toEqual({ a: UNSET, b: UNSET });
  });

  it('says where it is no YAML, without a picture and without what follows from it', () => {
    const problems = problemsOf('a: 1\nb: [1, 2\nc: 3');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^gateway\.yaml:\d:\d: [^\n]+$/);
  });

  it('says what to do about a variable whose braces are taken for a map', () => {
    expect(problemsOf('a: { b: ${ONE} }\nc: 1')).toEqual([
      'gateway.yaml:1:10: Unexpected flow-map-start at node end; between { and }, ${NAME} has to stand in quotes',
    ]);
  });

  it('has each name once, and what stands beside a second one is looked at', () => {
    expect(problemsOf('a: 1\na: 2\nb: ${ONE}')).toEqual([
      'gateway.yaml:2:1: Map keys must be unique',
      'gateway.yaml:3:4: the variable ONE is not set; ${ONE:-…} gives it a default',
    ]);
    expect(read('a: 1\na: 2\nb: 3').tree).toEqual({ a: 2, b: 3 });
  });

  it('does not let a few aliases become a great many values', () => {
    const layers = Array.from({ length: 12 }, (_, layer) => {
      const items = Array.from({ length: 10 }, () => (layer === 0 ? 'x' : `*l${layer - 1}`));
      return `l${layer}: &l${layer} [${items.join(', ')}]`;
    });
    expect(() => read(layers.join('\n'))).toThrow('alias');
  });
});

describe('the place of a value', () => {
  const source = read('listen:\n  port: 1\nreplicas:\n  - url: a\n  - url: b\n    id: x\n');

  it.each([
    [['listen'], 'gateway.yaml:1:1'],
    [['listen', 'port'], 'gateway.yaml:2:3'],
    [['replicas', 1, 'id'], 'gateway.yaml:6:5'],
    [['replicas', 1], 'gateway.yaml:5:5'],
  ])('%j is that of its name', (path, place) => {
    expect(source.placeOf(path)).toBe(place);
  });

  it('that is not there is that of what is around it', () => {
    expect(source.placeOf(['listen', 'tls', 'certFile'])).toBe('gateway.yaml:1:1');
    expect(source.placeOf(['replicas', 0, 'id'])).toBe('gateway.yaml:4:5');
    expect(source.placeOf(['admin', 'host'])).toBe('gateway.yaml');
    expect(source.placeOf([])).toBe('gateway.yaml');
  });
});

import { describe, expect, it } from 'vitest';

import {
  allowedOf,
  configJsonSchema,
  schemaAt,
  valueOfRecord,
} from '../../../gateway/config/setting-tree.ts';

const root = configJsonSchema();

function allowedAt(...path: PropertyKey[]): string {
  return allowedOf(schemaAt(root, path) ?? {});
}

describe('the JSON schema', () => {
  it('asks for nothing but what has no default, and knows every name', () => {
    expect(root.required ?? []).toEqual([]);
    expect(root.additionalProperties).toBe(false);
    expect(schemaAt(root, ['replicas', 0])?.required).toEqual(['url']);
    expect(schemaAt(root, ['keys', 0])?.required).toEqual(['sha256', 'tenant']);
  });

  it('is JSON through and through', () => {
    expect(JSON.parse(JSON.stringify(root))).toEqual(root);
  });

  it('explains every setting', () => {
    const unexplained: string[] = [];
    const visit = (node: typeof root, name: string): void => {
      for (const [key, child] of Object.entries(node.properties ?? node.items?.properties ?? {})) {
        visit(child, `${name}.${key}`);
      }
      const isLeaf = node.properties === undefined && node.items?.properties === undefined;
      if (isLeaf && (node.description ?? '') === '') unexplained.push(name);
    };
    visit(root, '');
    expect(unexplained).toEqual([]);
  });

  it('bounds every number on both sides', () => {
    const open: string[] = [];
    const visit = (node: typeof root, name: string): void => {
      for (const [key, child] of Object.entries(node.properties ?? node.items?.properties ?? {})) {
        visit(child, `${name}.${key}`);
      }
      if (node.type !== 'integer' && node.type !== 'number') return;
      if (node.minimum === undefined || node.maximum === undefined) open.push(name);
    };
    visit(root, '');
    expect(open).toEqual([]);
  });
});

describe('the node at a path', () => {
  it('leads through sections, lists and free-form records', () => {
    expect(schemaAt(root, ['listen', 'port'])?.type).toBe('integer');
    expect(schemaAt(root, ['replicas', 3, 'url'])?.type).toBe('string');
    expect(schemaAt(root, ['models', 'aliases', 'anything'])?.type).toBe('string');
    expect(schemaAt(root, [])).toBe(root);
  });

  it('is none where there is no such setting', () => {
    expect(schemaAt(root, ['listn'])).toBeUndefined();
    expect(schemaAt(root, ['listn', 'port'])).toBeUndefined();
    expect(schemaAt(root, ['listen', 0])).toBeUndefined();
  });

  it('knows what a free-form record holds, and what is none', () => {
    expect(valueOfRecord({ additionalProperties: { type: 'string' } })).toEqual({ type: 'string' });
    expect(valueOfRecord({ additionalProperties: false })).toBeUndefined();
  });
});

describe('what a setting may be', () => {
  it.each([
    [['listen', 'port'], 'a whole number from 0 to 65535'],
    [['telemetry', 'sampleRatio'], 'a number from 0 to 1'],
    [['listen', 'allowUnauthenticated'], 'true or false'],
    [['admission', 'mode'], 'one of late-binding, pass-through'],
    [['replicas'], 'a list'],
    [['replicas', 0, 'models'], 'a list of texts'],
    [['listen'], 'a section of its own'],
    [['listen', 'host'], 'text'],
  ])('%j is said in words', (path, words) => {
    expect(allowedAt(...path)).toBe(words);
  });
});

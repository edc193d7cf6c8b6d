import { describe, expect, it } from 'vitest';
import {
  type JsonMember,
  JsonSyntaxError,
  scanMembers,
} from '../../../gateway/wire/json-members.ts';
import {
  JSON_DEPTH_MAX,
  JSON_MEMBERS_MAX,
  JSON_VALUES_MAX,
  JsonScan,
} from '../../../gateway/wire/json-scan.ts';

function scan(text: string): JsonMember[] {
  return scanMembers(Buffer.from(text));
}

function errorOf(text: string): JsonSyntaxError {
  try {
    scan(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error;
    throw error;
  }
  throw new Error(`no error in ${text}`);
}

describe('a walk', () => {
  it('tells of every member where it stands and how deep, the inner ones first', () => {
    const text = Buffer.from('{"a": [{"b":1}], "c":2}');
    const told: string[] = [];
    const walk = new JsonScan(text, ({ depth, nameStart, nameEnd, valueStart, valueEnd }) => {
      const name = text.toString('utf8', nameStart, nameEnd);
      told.push(`${depth} ${name} ${text.toString('utf8', valueStart, valueEnd)}`);
    });

    expect(walk.skipValue(0)).toBe(text.length);
    expect(told).toEqual(['3 "b" 1', '1 "a" [{"b":1}]', '1 "c" 2']);
  });
});

describe('the members', () => {
  const members = (count: number): string =>
    Array.from({ length: count }, (_, index) => `"${index}":0`).join(',');

  it('of all objects together may be as many as the bound, and not one more', () => {
    const inside = (count: number): string => `{"a":[{${members(10)}},{${members(count - 11)}}]}`;

    expect(scan(inside(JSON_MEMBERS_MAX))).toHaveLength(1);
    expect(errorOf(inside(JSON_MEMBERS_MAX + 1)).message).toBe(
      `more than ${JSON_MEMBERS_MAX} members`,
    );
    expect(scan(`{${members(JSON_MEMBERS_MAX)}}`)).toHaveLength(JSON_MEMBERS_MAX);
  });
});

describe('the values', () => {
  it('of a text may be as many as the bound, and not one more', () => {
    // The object and its list are two of them.
    const values = (count: number): string => `{"a":[${'1,'.repeat(count - 3)}1]}`;

    expect(scan(values(JSON_VALUES_MAX))).toHaveLength(1);
    expect(errorOf(values(JSON_VALUES_MAX + 1)).message).toBe(
      `more than ${JSON_VALUES_MAX} values`,
    );
  });
});

describe('nesting', () => {
  /** Lists in an object: `depth` levels altogether. */
  const lists = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  const objects = (depth: number): string =>
    `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;

  it('is read as deep as the bound', () => {
    expect(scan(lists(JSON_DEPTH_MAX))).toHaveLength(1);
    expect(scan(objects(JSON_DEPTH_MAX))).toHaveLength(1);
  });

  it('is refused one level deeper, where that level opens', () => {
    expect(errorOf(lists(JSON_DEPTH_MAX + 1))).toMatchObject({
      message: 'nested too deeply',
      offset: 4 + JSON_DEPTH_MAX,
    });
    expect(errorOf(objects(JSON_DEPTH_MAX + 1)).offset).toBe(5 * JSON_DEPTH_MAX);
  });

  it('of a megabyte of brackets is refused at the bound, not read', () => {
    expect(errorOf(`{"a":${'['.repeat(1_000_000)}`).offset).toBe(4 + JSON_DEPTH_MAX);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  removeMembers,
  renameMember,
  setMember,
  spliceBody,
} from '../../../gateway/engines/body-splice.ts';
import { scanMembers } from '../../../gateway/wire/json-members.ts';

function edited(
  text: string,
  splices: (
    members: ReturnType<typeof scanMembers>,
    body: Buffer,
  ) => ReturnType<typeof setMember>[],
): string {
  const body = Buffer.from(text);
  return spliceBody(body, splices(scanMembers(body), body)).toString();
}

describe('splicing a body', () => {
  it('hands the very same bytes on where nothing changes', () => {
    const body = Buffer.from('{"a": 1}');
    expect(spliceBody(body, [])).toBe(body);
  });

  it.each([
    ['{"model": "a", "x": 1.50}', '{"model": "b", "x": 1.50}'],
    ['{}', '{"model":"b"}'],
    ['  { "x" : 1e3 }', '  {"model":"b", "x" : 1e3 }'],
  ])('sets a member of %s and leaves every other byte', (text, wanted) => {
    expect(edited(text, (members, body) => [setMember(body, members, 'model', 'b')])).toBe(wanted);
  });

  it.each([
    ['{"x":1,"y":2,"z":3}', ['x'], '{"y":2,"z":3}'],
    ['{"x":1, "y":2 , "z":3}', ['y'], '{"x":1, "z":3}'],
    ['{"x":1,"y":2,"z":3 }', ['z'], '{"x":1,"y":2 }'],
    ['{ "x":1 }', ['x'], '{  }'],
    ['{"x":1,"y":2,"z":3}', ['y', 'z'], '{"x":1}'],
    ['{"x":1,"y":2,"z":3}', ['x', 'z'], '{"y":2}'],
    ['{"x":1,"y":2}', ['x', 'y'], '{}'],
    ['{"x":1}', ['absent'], '{"x":1}'],
  ])('takes members out of %s: %j', (text, names, wanted) => {
    expect(edited(text, (members) => removeMembers(members, new Set(names)))).toBe(wanted);
  });

  it('gives a member another name in its place', () => {
    expect(
      edited('{"a":1, "old": [1, 2] }', (members) => renameMember(members, 'old', 'new')),
    ).toBe('{"a":1, "new":[1, 2] }');
    expect(edited('{"a":1}', (members) => renameMember(members, 'old', 'new'))).toBe('{"a":1}');
  });

  it('keeps the meaning of all that it does not touch, whatever the object', () => {
    const objects = fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue(), { maxKeys: 8 });
    fc.assert(
      fc.property(objects, fc.string({ maxLength: 6 }), fc.jsonValue(), (object, name, value) => {
        const text = JSON.stringify(object, undefined, 1);
        const set = edited(text, (members, body) => [setMember(body, members, name, value)]);
        expect(JSON.parse(set)).toEqual(JSON.parse(JSON.stringify({ ...object, [name]: value })));
      }),
    );
  });

  it('takes any choice of members out of any object', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd');
    const objects = fc.dictionary(names, fc.jsonValue());
    fc.assert(
      fc.property(objects, fc.uniqueArray(names), (object, removed) => {
        const text = edited(JSON.stringify(object), (members) =>
          removeMembers(members, new Set(removed)),
        );
        const kept = Object.entries(object).filter(
          ([name]) => !removed.some((one) => one === name),
        );
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(kept))));
      }),
    );
  });
});

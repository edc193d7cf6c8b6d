import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  measureMessages,
  measurePrompt,
  type PromptMember,
  RequestMembers,
} from '../../../gateway/dialects/request-members.ts';
import { GatewayError } from '../../../gateway/generation/error.ts';

function read(text: string): RequestMembers {
  return new RequestMembers(Buffer.from(text));
}

function refusal(decode: () => unknown): GatewayError {
  try {
    decode();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

function measured(prompt: unknown, indent?: number): PromptMember {
  const members = read(JSON.stringify({ prompt }, undefined, indent));
  return measurePrompt(members.body, members.require('prompt'));
}

describe('a member', () => {
  it('is read by its type', () => {
    const members = read('{"s":"é","b":false,"i":7,"o":{"a":[1]}}');

    expect(members.string('s')).toBe('é');
    expect(members.boolean('b')).toBe(false);
    expect(members.integer('i', 7)).toBe(7);
    expect(members.object('o')).toEqual({ a: [1] });
  });

  it('is absent where it is not there or null', () => {
    const members = read('{"n":null, "m" : null }');

    for (const name of ['n', 'm', 'other']) {
      expect(members.find(name)).toBeUndefined();
      expect(members.string(name)).toBeUndefined();
      expect(members.object(name)).toBeUndefined();
    }
  });

  it('that stands twice is refused: two readers could take another one each', () => {
    expect(refusal(() => read('{"a":"first","a":"last"}'))).toMatchObject({
      code: 'invalid_request',
      message:
        'The body is not valid JSON at byte 13 (line 1, column 14): a name that stands there already',
    });
  });

  it.each([
    ['', 'The body is empty: it has to be a JSON object'],
    [' \r\n\t', 'The body is empty: it has to be a JSON object'],
    ['[]', 'The body has to be a JSON object'],
    ['"{}"', 'The body has to be a JSON object'],
    ['hello', 'The body has to be a JSON object'],
  ])('is none of a body that is %j, which is told as what it is', (body, message) => {
    expect(refusal(() => read(body))).toMatchObject({ code: 'invalid_request', message });
  });

  it.each([
    ['string', '7', 'a string', '7'],
    ['string', '{"a":1}', 'a string', 'an object'],
    ['boolean', '"true"', 'true or false', 'a text'],
    ['boolean', '0', 'true or false', '0'],
    ['object', '[]', 'an object', 'a list'],
    ['object', '"a"', 'an object', 'a text'],
  ] as const)('read as a %s is not %s', (type, value, wanted, found) => {
    const error = refusal(() => read(`{"field":${value}}`)[type]('field'));

    expect(error).toMatchObject({ code: 'invalid_request', param: 'field' });
    expect(error.message).toBe(`'field' must be ${wanted}, not ${found}`);
  });

  it('read as an integer is one at its minimum and none below', () => {
    expect(read('{"n":1}').integer('n', 1)).toBe(1);
    expect(refusal(() => read('{"n":0}').integer('n', 1)).message).toBe(
      "'n' must be an integer of 1 or more, not 0",
    );
  });

  it.each(['1.5', '"1"', '1e300', 'true', '9007199254740992'])(
    'read as an integer is not %s',
    (value) => {
      expect(refusal(() => read(`{"n":${value}}`).integer('n', 0)).param).toBe('n');
    },
  );

  it('that is only estimated from is nothing where it is no count and no switch', () => {
    const read = new RequestMembers(Buffer.from('{"a":3,"b":-1,"c":"3","d":true,"e":1}'));

    expect(['a', 'b', 'c', 'f'].map((name) => read.count(name))).toEqual([
      3,
      undefined,
      undefined,
      undefined,
    ]);
    expect(['d', 'e', 'f'].map((name) => read.isOn(name))).toEqual([true, false, false]);
  });

  it('may be written as 1e2 or 2.0: JSON has one kind of number', () => {
    expect(read('{"n":1e2}').integer('n', 0)).toBe(100);
    expect(read('{"n":2.0}').integer('n', 0)).toBe(2);
  });

  it('that is required is there, or its name is in the refusal', () => {
    expect(read('{"prompt":""}').require('prompt')).toMatchObject({ name: 'prompt' });
    expect(refusal(() => read('{}').require('prompt'))).toMatchObject({
      message: "'prompt' is missing",
      param: 'prompt',
    });
  });

  it('is decoded up to 64 KiB and not one byte beyond', () => {
    const ofBytes = (bytes: number): RequestMembers => read(`{"s":"${'x'.repeat(bytes - 2)}"}`);

    expect(ofBytes(64 * 1024).string('s')).toHaveLength(64 * 1024 - 2);
    expect(refusal(() => ofBytes(64 * 1024 + 1).string('s')).message).toBe(
      "'s' must be a string, not something longer",
    );
  });

  it('is told of in a refusal without a word of its text', () => {
    const error = refusal(() => read('{"n":"my prompt"}').integer('n', 0));

    expect(error.message).toBe("'n' must be an integer of 0 or more, not a text");
  });

  it('that is broken far inside a long string is refused by name', () => {
    const text = `{"s":"${'x'.repeat(300)}\\q"}`;

    expect(refusal(() => read(text).string('s'))).toMatchObject({
      code: 'invalid_request',
      param: 's',
    });
  });
});

describe('a body that is not JSON', () => {
  it('is refused with the byte, line and column at which that shows', () => {
    const error = refusal(() => read('{\n  "é": 1,\n  "b": x\n}'));

    expect(error).toMatchObject({ code: 'invalid_request', status: 400, param: undefined });
    expect(error.message).toBe(
      'The body is not valid JSON at byte 20 (line 3, column 8): expected a value',
    );
  });

  it('has its second byte in line 1, column 2', () => {
    expect(refusal(() => read('{x')).message).toContain('at byte 1 (line 1, column 2)');
  });
});

describe('a prompt', () => {
  it('that is a text is one prompt of its bytes, quotes included', () => {
    expect(measured('Grün')).toEqual({ count: 1, tokens: undefined, textBytes: 7 });
  });

  it.each([
    [['a', 'b', 'c'], 3],
    [['a'], 1],
    [['a,b', '["c","d"]'], 2],
  ])('that is the list of texts %j has %i prompts', (texts, count) => {
    expect(measured(texts)).toMatchObject({ count, tokens: undefined });
  });

  it('of texts is counted, and what is broken far inside one is for the engine to judge', () => {
    const members = read(`{"prompt":["${'x'.repeat(300)}\\q" , "b"]}`);

    expect(measurePrompt(members.body, members.require('prompt')).count).toBe(2);
  });

  it.each([undefined, 2])('of ids has as many tokens as ids, indented by %s', (indent) => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (ids) => {
        expect(measured(ids, indent)).toMatchObject({ count: 1, tokens: ids.length });
      }),
    );
  });

  it.each([undefined, 2])('of lists of ids has one prompt a list, indented by %s', (indent) => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat()), { minLength: 1 }), (lists) => {
        expect(measured(lists, indent)).toMatchObject({
          count: lists.length,
          tokens: lists.flat().length,
        });
      }),
    );
  });

  it('of a hundred thousand ids is counted without being decoded', () => {
    expect(measured(Array.from({ length: 100_000 }, (_, id) => id)).tokens).toBe(100_000);
  });
});

describe('messages', () => {
  function bytesOf(messages: unknown, more: object = {}): number {
    const members = read(JSON.stringify({ messages, ...more }));
    return measureMessages(members.body, members.require('messages'));
  }

  it('are as long as their text', () => {
    expect(bytesOf(['Grün'])).toBe(9);
  });

  it('leave out what is inlined in base64, each time', () => {
    const url = (data: string): string => `data:image/png;base64,${data}`;

    expect(bytesOf([url('AAAA'), 'b', url('CC')])).toBe(
      JSON.stringify(['data:image/png', 'b', 'data:image/png']).length,
    );
  });

  it('do not leave out what other members inline', () => {
    expect(bytesOf(['a'], { tools: 'data:image/png;base64,AAAA' })).toBe(5);
  });
});

import { describe, expect, it } from 'vitest';

import { toolGrammarBytes } from '../../../gateway/caps/tool-schemas.ts';
import { scanMembers } from '../../../gateway/wire/json-members.ts';

/** The bytes that tools of these schemas come to. */
function bytesOf(tools: unknown, tool_choice?: unknown): number {
  const body = Buffer.from(JSON.stringify({ tools, tool_choice }));
  return toolGrammarBytes(body, scanMembers(body));
}

/** A tool with a schema of so many bytes of JSON. */
function tool(bytes: number, more: object = {}): object {
  const parameters = 'x'.repeat(bytes - '""'.length);
  return {
    type: 'function',
    function: { name: 'f', description: 'long'.repeat(99), parameters, ...more },
  };
}

describe('the grammar of the tools of a request', () => {
  it('is as large as the largest schema where the model may choose, whatever stands beside it', () => {
    expect(bytesOf([tool(7), tool(30), tool(9)])).toBe(30);
    expect(bytesOf([tool(7), tool(30)], 'auto')).toBe(30);
    expect(bytesOf([tool(7), tool(30)], 'none')).toBe(30);
    expect(bytesOf([tool(7), tool(30)], null)).toBe(30);
  });

  it('holds all schemas where a tool has to be called', () => {
    expect(bytesOf([tool(7), tool(30), tool(9)], 'required')).toBe(46);
    const named = { type: 'function', function: { name: 'f' } };
    expect(bytesOf([tool(7), tool(30)], named)).toBe(37);
  });

  it('holds all that are strict', () => {
    const strict = { strict: true };
    expect(bytesOf([tool(7, strict), tool(9, strict), tool(8, { strict: false })])).toBe(16);
  });

  it('is found in a tool that is no `function`', () => {
    const flat = { type: 'function', name: 'f', parameters: {}, strict: true };
    expect(bytesOf([flat, flat, flat])).toBe(6);
  });

  it.each([
    undefined,
    null,
    'x',
    {},
    [],
    [null, 1, 'x', []],
    [{ function: null }, { function: [] }],
  ])('is none of %j', (tools) => {
    expect(bytesOf(tools, 'required')).toBe(0);
  });
});

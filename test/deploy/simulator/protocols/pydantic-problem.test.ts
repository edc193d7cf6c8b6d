import { describe, expect, it } from 'vitest';
import {
  findProblem,
  problemText,
} from '../../../../deploy/simulator/protocols/pydantic-problem.ts';
import type { FieldType, Refusal } from '../../../../deploy/simulator/refusal.ts';

describe('a problem with a body', () => {
  it.each<readonly [Refusal, string]>([
    [
      { kind: 'bad-json', at: 10 },
      "{'type': 'json_invalid', 'loc': ('body', 10), 'msg': 'JSON decode error', 'input': {}, 'ctx': {'error': 'Expecting value'}}",
    ],
    [
      { kind: 'empty-body' },
      "{'type': 'missing', 'loc': ('body',), 'msg': 'Field required', 'input': None}",
    ],
    [
      { kind: 'not-an-object', found: [1, 2] },
      "{'type': 'model_attributes_type', 'loc': ('body',), 'msg': 'Input should be a valid dictionary or object to extract fields from', 'input': [1,2]}",
    ],
    [
      { kind: 'missing-field', field: 'model', found: {} },
      "{'type': 'missing', 'loc': ('body', 'model'), 'msg': 'Field required', 'input': {}}",
    ],
    [
      { kind: 'unknown-field', field: 'rid', found: 'a' },
      "{'type': 'extra_forbidden', 'loc': ('body', 'rid'), 'msg': 'Extra inputs are not permitted', 'input': 'a'}",
    ],
    [
      { kind: 'bad-type', field: 'max_tokens', expected: 'integer', found: 'many' },
      "{'type': 'int_parsing', 'loc': ('body', 'max_tokens'), 'msg': 'Input should be a valid integer, unable to parse string as an integer', 'input': 'many'}",
    ],
  ])('%j is said as %s', (refusal, text) => {
    const problem = findProblem(refusal);

    expect(problem === undefined ? undefined : problemText(problem)).toBe(text);
  });

  it.each<FieldType>(['integer', 'number', 'boolean', 'string', 'list', 'dictionary', 'prompt'])(
    'of a member that is no %s has a type and a message',
    (expected) => {
      const problem = findProblem({ kind: 'bad-type', field: 'f', expected, found: 1 });

      expect(problem?.type).toMatch(/^[a-z]+_(?:parsing|type)$/);
      expect(problem?.message).toMatch(/^Input should be a valid /);
    },
  );

  it.each<Refusal>([
    { kind: 'queue-full' },
    { kind: 'no-messages' },
    { kind: 'prompt-too-long', promptTokens: 9 },
    { kind: 'below-minimum', field: 'n', found: 0, minimum: 1 },
  ])('is none of the framework’s for $kind', (refusal) => {
    expect(findProblem(refusal)).toBeUndefined();
  });
});

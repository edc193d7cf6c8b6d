import { describe, expect, it } from 'vitest';
import {
  type GenerationRequest,
  type GenerationShape,
  readGenerationRequest,
  type RequestRules,
} from '../../../deploy/simulator/generation-request.ts';
import { refusalOf } from '../../support/simulator.ts';

const lenient: RequestRules = {
  knownFields: {},
  otherFields: 'ignored',
  checksContentType: true,
  checksModel: false,
  zeroOutputShapes: new Set(['chat', 'completions', 'generate']),
  usageNeedsStream: false,
  usageByDefault: false,
  unknownTokens: 'refused',
};

const smallest: Readonly<Record<GenerationShape, Readonly<Record<string, unknown>>>> = {
  chat: { model: 'm', messages: [{ role: 'user', content: 'able' }] },
  completions: { model: 'm', prompt: 'able' },
  generate: { text: 'able' },
};

function read(
  shape: GenerationShape,
  more: Readonly<Record<string, unknown>> = {},
  rules: Partial<RequestRules> = {},
): GenerationRequest {
  return readGenerationRequest({ ...smallest[shape], ...more }, shape, { ...lenient, ...rules });
}

describe('the smallest request', () => {
  it.each(['chat', 'completions', 'generate'] as const)('of %s has the usual defaults', (shape) => {
    expect(read(shape)).toMatchObject({
      shape,
      choicesPerPrompt: 1,
      outputTokensMin: 0,
      ignoreEnd: false,
      stop: [],
      stream: false,
      includeUsage: false,
      continuousUsage: false,
      echo: false,
      returnTokenIds: false,
      requestId: undefined,
    });
  });

  it.each([
    ['chat', undefined],
    ['completions', 16],
    ['generate', 128],
  ] as const)('of %s may have %s tokens', (shape, outputTokensMax) => {
    expect(read(shape).outputTokensMax).toBe(outputTokensMax);
  });

  it.each(['chat', 'completions'] as const)('of %s names a model', (shape) => {
    expect(read(shape).model).toBe('m');
    expect(refusalOf(() => read(shape, { model: null }))).toMatchObject({
      kind: 'missing-field',
      field: 'model',
    });
  });

  it('of generate needs no model', () => {
    expect(read('generate').model).toBe('');
  });
});

describe('what a request may set', () => {
  it('is read from the body on the routes of OpenAI', () => {
    const request = read('completions', {
      n: 3,
      max_tokens: 7,
      min_tokens: 2,
      ignore_eos: true,
      stop: ['x', 'y'],
      stream: true,
      echo: true,
      return_token_ids: true,
      rid: 'mine',
    });

    expect(request).toMatchObject({
      choicesPerPrompt: 3,
      outputTokensMax: 7,
      outputTokensMin: 2,
      ignoreEnd: true,
      stop: ['x', 'y'],
      stream: true,
      echo: true,
      returnTokenIds: true,
      requestId: 'mine',
    });
  });

  it('is read from the sampling parameters on the native route', () => {
    const sampling_params = {
      n: 2,
      max_new_tokens: 7,
      min_new_tokens: 3,
      ignore_eos: true,
      stop: 'x',
    };

    expect(read('generate', { sampling_params, stream: true })).toMatchObject({
      choicesPerPrompt: 2,
      outputTokensMax: 7,
      outputTokensMin: 3,
      ignoreEnd: true,
      stop: ['x'],
      stream: true,
    });
  });

  it('is read from the first of several sampling parameters', () => {
    const sampling_params = [{ max_new_tokens: 7 }, { max_new_tokens: 9 }];

    expect(read('generate', { sampling_params }).outputTokensMax).toBe(7);
    expect(read('generate', { sampling_params: [] }).outputTokensMax).toBe(128);
  });

  it('is named by two limits, of which the newer wins in a chat', () => {
    expect(read('chat', { max_tokens: 7 }).outputTokensMax).toBe(7);
    expect(read('chat', { max_completion_tokens: 8 }).outputTokensMax).toBe(8);
    expect(read('chat', { max_tokens: 7, max_completion_tokens: 8 }).outputTokensMax).toBe(8);
  });

  it('is an echo in completions alone', () => {
    expect(read('chat', { echo: true }).echo).toBe(false);
  });

  it('is a name under either of two fields', () => {
    expect(read('chat', { request_id: 'a' }).requestId).toBe('a');
    expect(read('chat', { request_id: 'a', rid: 'b' }).requestId).toBe('b');
  });

  it('has at most 128 choices of a prompt', () => {
    expect(read('chat', { n: 128 }).choicesPerPrompt).toBe(128);
    expect(read('chat', { n: 129 }).choicesPerPrompt).toBe(128);
  });

  it.each([
    ['n', 0, 1],
    ['temperature', -0.1, 0],
    ['max_tokens', -1, 0],
  ])('%s of %d is below its least value %d', (field, found, minimum) => {
    expect(refusalOf(() => read('completions', { [field]: found }))).toEqual({
      kind: 'below-minimum',
      field,
      found,
      minimum,
    });
  });

  it.each([
    ['n', 'two', 'integer'],
    ['max_tokens', 'many', 'integer'],
    ['max_tokens', 1.5, 'integer'],
    ['temperature', 'warm', 'number'],
    ['stream', 'yes', 'boolean'],
    ['ignore_eos', 1, 'boolean'],
    ['stop', 7, 'string'],
    ['model', 7, 'string'],
    ['stream_options', true, 'dictionary'],
  ])('%s of %j is of the wrong type', (field, found, expected) => {
    expect(refusalOf(() => read('completions', { [field]: found }))).toEqual({
      kind: 'bad-type',
      field,
      expected,
      found,
    });
  });
});

describe('no output tokens', () => {
  it('are run on the routes that do so', () => {
    expect(read('completions', { max_tokens: 0 }).outputTokensMax).toBe(0);
  });

  it('are refused on the others', () => {
    const rules = { zeroOutputShapes: new Set<GenerationShape>(['chat']) };

    expect(read('chat', { max_tokens: 0 }, rules).outputTokensMax).toBe(0);
    expect(refusalOf(() => read('completions', { max_tokens: 0 }, rules))).toEqual({
      kind: 'below-minimum',
      field: 'max_tokens',
      found: 0,
      minimum: 1,
    });
  });
});

describe('usage', () => {
  function usage(
    stream_options: unknown,
    rules: Partial<RequestRules> = {},
  ): readonly [boolean, boolean] {
    const request = read('completions', { stream: true, stream_options }, rules);
    return [request.includeUsage, request.continuousUsage];
  }

  it.each([
    [undefined, false, false],
    [{}, false, false],
    [{ include_usage: true }, true, false],
    [{ include_usage: true, continuous_usage_stats: true }, true, true],
    [{ continuous_usage_stats: true }, false, false],
  ])('asked for by %j', (options, include, continuous) => {
    expect(usage(options)).toEqual([include, continuous]);
  });

  it.each([
    [undefined, false, false],
    [{}, true, true],
    [{ include_usage: true }, true, true],
    [{ include_usage: true, continuous_usage_stats: false }, true, false],
    [{ include_usage: false }, false, false],
  ])('asked for by %j where it is given unless refused', (options, include, continuous) => {
    expect(usage(options, { usageByDefault: true })).toEqual([include, continuous]);
  });

  it('without a stream is refused where that is not allowed', () => {
    const options = { stream_options: { include_usage: true } };

    expect(read('chat', options).includeUsage).toBe(true);
    expect(refusalOf(() => read('chat', options, { usageNeedsStream: true }))).toEqual({
      kind: 'usage-without-stream',
    });
  });
});

describe('fields that an engine does not know', () => {
  const known = { knownFields: { completions: new Set(['model', 'prompt', 'max_tokens']) } };

  it('are refused by name where all are looked at', () => {
    const rules = { ...known, otherFields: 'refused' } as const;

    expect(read('completions', { max_tokens: 3 }, rules).outputTokensMax).toBe(3);
    expect(refusalOf(() => read('completions', { ignore_eos: true }, rules))).toEqual({
      kind: 'unknown-field',
      field: 'ignore_eos',
      found: true,
    });
  });

  it('are dropped without a word where they are not', () => {
    const rules = { ...known, otherFields: 'ignored' } as const;

    expect(read('completions', { ignore_eos: true }, rules).ignoreEnd).toBe(false);
  });

  it('do no harm on a route that reads whatever it finds', () => {
    expect(read('chat', { no_such_field: 1 }, known)).toMatchObject({ shape: 'chat' });
  });
});

import { describe, expect, it } from 'vitest';

import { cappedMembers } from '../../../gateway/caps/capped-members.ts';
import { checkCaps, PROMPTS_MAX } from '../../../gateway/caps/check-caps.ts';
import type { RequestCaps } from '../../../gateway/caps/request-caps.ts';
import { openAiChat } from '../../../gateway/dialects/openai-chat.ts';
import { openAiCompletions } from '../../../gateway/dialects/openai-completions.ts';
import { sglangGenerate } from '../../../gateway/dialects/sglang-generate.ts';
import { GatewayError } from '../../../gateway/generation/error.ts';
import type { GenerateRequest } from '../../../gateway/generation/request.ts';
import { someCaps } from '../../support/caps.ts';

const chat = '"model":"llama","messages":[{"role":"user","content":"a"}]';

function chatWith(members: string): GenerateRequest {
  return openAiChat.decode(Buffer.from(`{${chat}${members}}`), '/v1/chat/completions');
}

function generateWith(members: string): GenerateRequest {
  return sglangGenerate.decode(Buffer.from(`{"text":"a",${members}}`), '/generate');
}

/** The refusal's parameter and words, or `undefined` for a request that passes. */
function refused(
  request: GenerateRequest,
  caps: RequestCaps = someCaps,
): { readonly param: string | undefined; readonly message: string } | undefined {
  try {
    checkCaps(request, caps);
    return undefined;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    expect(error).toMatchObject({ code: 'invalid_request', status: 400 });
    return { param: error.param, message: error.message };
  }
}

function list(entries: number): string {
  return `[${Array.from({ length: entries }, (_, index) => `"${index}"`).join(',')}]`;
}

function object(entries: number): string {
  return `{${Array.from({ length: entries }, (_, index) => `"${index}":1`).join(',')}}`;
}

/** Values of each kind of rule that pass and that do not; the caps are `someCaps`. */
function cases(name: string): { readonly good: string[]; readonly bad: string[] } {
  const rule = cappedMembers.get(name);
  if (rule === undefined) throw new Error(`${name} has no rule`);
  if (rule.kind === 'media') return { good: ['"data:a"', '[]'], bad: ['"http://10.0.0.1/"'] };
  const cap = someCaps[rule.cap];
  switch (rule.kind) {
    case 'count': {
      const switches = rule.orSwitch === true ? ['true', 'false'] : [];
      const lists = rule.orList === true ? ['[]', `[1,${cap}]`] : [];
      return {
        good: ['1', `${cap}`, `${rule.min}`, `${cap}.0`, 'null', ...switches, ...lists],
        bad: [
          `${cap + 1}`,
          '1000000',
          `${rule.min - 1}`,
          '1e999',
          '1.5',
          '"1"',
          '{}',
          `[${cap + 1}]`,
          ...(rule.orSwitch === true ? [] : ['true']),
        ],
      };
    }
    case 'entries':
      return {
        good: [list(0), list(1), list(cap), 'null', rule.of === 'texts' ? '"a"' : object(cap)],
        bad: [
          list(cap + 1),
          list(9_000),
          '7',
          'true',
          ...(rule.of === 'texts' ? [object(1)] : ['"a"', object(cap + 1)]),
        ],
      };
    case 'bytes':
      return {
        good: ['0', '""', `"${'a'.repeat(cap - 2)}"`, 'null'],
        bad: [`"${'a'.repeat(cap - 1)}"`, `"${'a'.repeat(50_000)}"`, list(1_000)],
      };
  }
}

function titled(value: string): readonly [string, string] {
  return [value.slice(0, 40), value];
}

/** What the dialect itself reads and refuses by its own words is left to its own tests. */
const readByDialect = new Set(['n']);

describe.each([...cappedMembers.keys()])('%s', (name) => {
  const { good, bad } = cases(name);

  it.each(good.map(titled))('may be %s', (_title, value) => {
    expect(refused(chatWith(`,"${name}":${value}`))).toBeUndefined();
    expect(refused(generateWith(`"sampling_params":{"${name}":${value}}`))).toBeUndefined();
  });

  it.each(bad.map(titled))('may not be %s', (_title, value) => {
    const inSampling = generateWith(`"sampling_params":{"${name}":${value}}`);
    const inBatch = generateWith(`"sampling_params":[{},{"${name}":${value}}]`);

    expect(refused(inSampling)?.param).toBe(`sampling_params.${name}`);
    expect(refused(inBatch)?.param).toBe(`sampling_params.${name}`);
    if (readByDialect.has(name)) return;
    expect(refused(chatWith(`,"${name}":${value}`))?.param).toBe(name);
  });
});

describe('a refusal', () => {
  it('says what may be asked for, and which setting says so', () => {
    expect(refused(chatWith(',"n":5'))?.message).toBe(
      "'n' must be a whole number from 1 to 4 (limits.choicesMax).",
    );
    expect(refused(chatWith(`,"stop":${list(4)}`))?.message).toBe(
      "'stop' must be a text or a list of 3 entries at most (limits.stopsMax).",
    );
    expect(refused(chatWith(`,"logit_bias":${object(7)}`))?.message).toBe(
      "'logit_bias' must be a list or an object of 6 entries at most (limits.tokenListMax).",
    );
    expect(refused(chatWith(`,"guided_regex":"${'a'.repeat(200)}"`))?.message).toBe(
      "'guided_regex' may be 100 bytes of JSON at most (limits.grammarBytesMax).",
    );
  });

  it('names the way out for media, and not the address', () => {
    const message = refused(
      chatWith(',"x":{"image_url":{"url":"http://10.0.0.1/secret"}}'),
    )?.message;

    expect(message).toMatch(/^'image_url' names a host .* \(limits.mediaHosts\): send the data/);
    expect(message).not.toContain('10.0.0.1');
  });
});

describe('media in messages', () => {
  const part = (type: string, value: string): string =>
    `{"model":"llama","messages":[{"role":"user","content":[{"type":"${type}",${value}}]}]}`;
  const decoded = (body: string): GenerateRequest =>
    openAiChat.decode(Buffer.from(body), '/v1/chat/completions');

  it.each(['image_url', 'video_url', 'audio_url'])('as %s is looked at', (type) => {
    const of = (url: string): GenerateRequest => decoded(part(type, `"${type}":{"url":"${url}"}`));

    expect(refused(of('data:a;base64,AA=='))).toBeUndefined();
    expect(refused(of('https://media.example/a'))).toBeUndefined();
    expect(refused(of('https://other.example/a'))?.param).toBe(type);
    expect(refused(decoded(part(type, `"${type}":"file:///etc/passwd"`)))?.param).toBe(type);
  });

  it('is found however its name is spelled', () => {
    const body = part('image_url', '"image_\\u0075rl":{"\\u0075rl":"http://10.0.0.1/"}');

    expect(refused(decoded(body))?.param).toBe('image_url');
  });

  it('is no matter where a text only speaks of it', () => {
    const text = JSON.stringify('{"image_url": "http://10.0.0.1/"} \u0001');

    expect(refused(decoded(part('text', `"text":${text}`)))).toBeUndefined();
  });

  it('is found in every API that takes messages', () => {
    const body = '{"prompt":"a","messages":[{"image_url":"http://10.0.0.1/"}]}';
    const request = openAiCompletions.decode(Buffer.from(body), '/v1/completions');

    expect(refused(request)?.param).toBe('image_url');
  });
});

describe('the schemas of tools', () => {
  const tools = (bytes: number, more = ''): GenerateRequest => {
    const parameters = `"${'a'.repeat(bytes - '""'.length)}"`;
    const tool = `{"type":"function","function":{"name":"f","parameters":${parameters}}}`;
    return chatWith(`,"tools":[${tool},${tool}]${more}`);
  };

  it('may be as long as a grammar, and not one byte more', () => {
    const message =
      "'tools' may hold schemas of 100 bytes of JSON at most (limits.grammarBytesMax).";
    expect(refused(tools(100))).toBeUndefined();
    expect(refused(tools(101))).toEqual({ param: 'tools', message });
    expect(refused(tools(50, ',"tool_choice":"required"'))).toBeUndefined();
    expect(refused(tools(51, ',"tool_choice":"required"'))?.param).toBe('tools');
  });
});

describe('a batch', () => {
  const batch = (prompts: number): GenerateRequest =>
    openAiCompletions.decode(Buffer.from(`{"prompt":${list(prompts)}}`), '/v1/completions');

  it('of as many prompts as may be passes, and of one more does not', () => {
    expect(refused(batch(PROMPTS_MAX))).toBeUndefined();
    expect(refused(batch(PROMPTS_MAX + 1))).toEqual({
      param: 'prompt',
      message: `'prompt' may hold ${PROMPTS_MAX} prompts at most, not ${PROMPTS_MAX + 1}.`,
    });
  });
});

describe('an object inside a body', () => {
  it('in which a name stands twice is refused where two readers could differ', () => {
    const twice = '{"n":1,"n":1000000}';

    expect(refused(generateWith(`"sampling_params":${twice}`))?.message).toBe(
      'An object in the body holds a name that stands there already.',
    );
    expect(
      refused(chatWith(',"x":{"image_url":{"url":"data:a","url":"http://10.0.0.1/"}}'))?.message,
    ).toContain('stands there already');
  });
});

import { describe, expect, it } from 'vitest';
import { wireFormats } from '../../gateway/replay/wire-formats/catalog.ts';
import type { Ask } from '../../gateway/replay/wire-formats/wire-format.ts';

const ask: Ask = {
  model: 'llama',
  prompt: 'able about above',
  outputTokens: 7,
  ignoreEndOfSequence: true,
  usage: false,
};

/** Every value in a body, at any depth. */
function values(body: unknown): unknown[] {
  if (typeof body !== 'object' || body === null) return [body];
  return Object.values(body).flatMap(values);
}

describe.each(wireFormats.map((format) => [format.name, format] as const))('%s', (_, format) => {
  it('asks for a stream of the wanted length over the whole prompt', () => {
    const body = format.body(ask);

    expect(body['stream']).toBe(true);
    expect(values(body)).toContain(7);
    expect(values(body)).toContain('able about above');
  });

  it('asks greedily, so that runs can be repeated', () => {
    const body = format.body(ask);
    const sampling = { ...body, ...(body['sampling_params'] as object | undefined) };

    expect(sampling).toMatchObject({ temperature: 0, ignore_eos: true });
  });

  it('lets an answer end early where that is wanted', () => {
    const body = format.body({ ...ask, ignoreEndOfSequence: false });
    const sampling = { ...body, ...(body['sampling_params'] as object | undefined) };

    expect(sampling).toMatchObject({ ignore_eos: false });
  });

  it('asks for no usage unless told to, as the published runs did not', () => {
    expect(JSON.stringify(format.body(ask))).not.toContain('stream_options');
  });

  it('sends token ids as they are, where it takes them', (context) => {
    context.skip(!format.takesTokenIds, 'a chat message is text');

    expect(JSON.stringify(format.body({ ...ask, prompt: [5, 6, 7] }))).toContain('[5,6,7]');
  });

  it('finds no text, no tokens and no usage in an event that holds none', () => {
    expect(format.read('{"id":"x"}')).toEqual({
      text: '',
      tokensSoFar: undefined,
      usage: undefined,
    });
  });

  it('throws on a string that has no end', () => {
    expect(
      () => format.read('{"text":"a","content":"a').text + format.read('{"text":"a').text,
    ).toThrow(SyntaxError);
  });

  it('has a path of its own', () => {
    expect(wireFormats.filter(({ path }) => path === format.path)).toHaveLength(1);
  });
});

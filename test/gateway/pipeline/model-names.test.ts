import { describe, expect, it } from 'vitest';
import { ModelNames } from '../../../gateway/pipeline/model-names.ts';

const names = new ModelNames(new Map([['gpt', 'llama']]), () => 'the only one');

describe('a model’s name', () => {
  it('that is an alias stands for the engine’s own, in routing and in the body', () => {
    expect(names.resolve('gpt')).toBe('llama');
    expect(names.rename('gpt')).toBe('llama');
  });

  it('that is the engine’s own stays, and the body as it came', () => {
    expect(names.resolve('llama')).toBe('llama');
    expect(names.rename('llama')).toBeUndefined();
  });

  it('that is missing stands for the model of those who name none, and the body as it came', () => {
    expect(names.resolve(undefined)).toBe('the only one');
    expect(names.rename(undefined)).toBeUndefined();
  });

  it('is looked up once: an alias of an alias is a model’s name', () => {
    const chain = new ModelNames(
      new Map([
        ['a', 'b'],
        ['b', 'c'],
      ]),
      () => '',
    );

    expect(chain.resolve('a')).toBe('b');
  });

  it('is listed with what it stands for', () => {
    expect([...names.entries()]).toEqual([['gpt', 'llama']]);
  });
});

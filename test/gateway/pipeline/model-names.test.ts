import { describe, expect, it } from 'vitest';
import { firstModel, ModelNames } from '../../../gateway/pipeline/model-names.ts';
import { aCandidate, aReplica } from '../../support/builders.ts';

const names = new ModelNames(new Map([['gpt', 'llama']]), (engine) => `the only one of ${engine}`);

describe('a model’s name', () => {
  it('that is an alias stands for the engine’s own, in routing and in the body', () => {
    expect(names.resolve('gpt', undefined)).toBe('llama');
    expect(names.rename('gpt')).toBe('llama');
  });

  it('that is the engine’s own stays, and the body as it came', () => {
    expect(names.resolve('llama', undefined)).toBe('llama');
    expect(names.rename('llama')).toBeUndefined();
  });

  it('that is missing stands for the model of those who name none, and the body as it came', () => {
    expect(names.resolve(undefined, 'sglang')).toBe('the only one of sglang');
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

    expect(chain.resolve('a', undefined)).toBe('b');
  });

  it('is listed with what it stands for', () => {
    expect([...names.entries()]).toEqual([['gpt', 'llama']]);
  });
});

describe('the model of those who name none', () => {
  const vllm = aCandidate({ replica: aReplica({ engine: 'vllm', models: ['llama'] }) });
  const down = aCandidate({
    replica: aReplica({ engine: 'sglang', models: ['qwen'] }),
    state: 'starting',
  });
  const up = aCandidate({ replica: aReplica({ engine: 'sglang', models: ['phi', 'gemma'] }) });
  const silent = aCandidate({ replica: aReplica({ engine: 'sglang', models: [] }) });

  it('is the first of an engine that speaks their API, and is ready', () => {
    expect(firstModel([vllm, silent, down, up], 'sglang')).toBe('phi');
    expect(firstModel([down, vllm], undefined)).toBe('llama');
  });

  it('is that of an engine that is not ready, where no other speaks their API', () => {
    expect(firstModel([vllm, down], 'sglang')).toBe('qwen');
  });

  it('is whichever there is where no engine speaks their API, and none in an empty fleet', () => {
    expect(firstModel([silent, vllm], 'sglang')).toBe('llama');
    expect(firstModel([silent], 'sglang')).toBe('');
    expect(firstModel([], undefined)).toBe('');
  });
});

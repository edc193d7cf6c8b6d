import { describe, expect, it } from 'vitest';

import { llamaCpp } from '../../../deploy/engine-commands/llama-cpp.ts';

const facts = { model: 'm.gguf', servedModel: 'm', port: 8080, tensorParallel: 1 };

describe('the command of llama.cpp', () => {
  it('leaves the nodes to the pin from outside', () => {
    expect(llamaCpp.argv(facts).join(' ')).toBe(
      'llama-server --model m.gguf --alias m --host 127.0.0.1 --port 8080 --n-gpu-layers 999 --metrics --numa numactl',
    );
  });

  it('cuts rows over several GPUs', () => {
    expect(llamaCpp.argv({ ...facts, tensorParallel: 2 }).slice(-2)).toEqual([
      '--split-mode',
      'row',
    ]);
  });
});

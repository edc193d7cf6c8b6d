import { describe, expect, it } from 'vitest';

import type { PlanFlags } from '../../../gateway/cli/plan-flags.ts';
import { planWish } from '../../../gateway/cli/plan-wish.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';
import { PlantedMachine } from '../../support/machine.ts';

const flags: PlanFlags = {
  engine: 'sglang',
  dtype: 'fp8',
  kvTokens: 1000,
  port: 30_000,
  sysfs: '/',
  nvidiaSmi: 'nvidia-smi',
  image: 'engine',
  memory: '64Gi',
};

describe('what flags ask a plan for', () => {
  it('knows llama.cpp by the word of the settings too', () => {
    expect(planWish({ ...flags, engine: 'llama-cpp' }, 'llama-3-8b').engine.name).toBe('llama.cpp');
  });

  it('is a known engine and model', () => {
    const wish = planWish({ ...flags, tp: 2, replicas: 3, reserveCores: 4 }, 'llama-3-8b');

    expect(wish).toMatchObject({
      engine: { name: 'sglang' },
      model: 'llama-3-8b',
      modelFacts: { layers: 32 },
      weightType: 'fp8',
      kvTokensWanted: 1000,
      tensorParallel: 2,
      replicasMax: 3,
      reservedCores: 4,
    });
  });

  it('is a model in a folder', () => {
    using folder = new PlantedMachine();
    folder
      .file('config.json', '{"num_hidden_layers": 1, "num_attention_heads": 2, "hidden_size": 4}')
      .file('model.safetensors', 'x');

    expect(planWish(flags, folder.root).modelFacts).toMatchObject({
      source: folder.root,
      weightBytes: 2,
    });
  });

  it('is any model and any engine by a template', () => {
    const wish = planWish({ ...flags, engine: 'mine', command: 'serve {model}' }, 'm');

    expect(wish).not.toHaveProperty('modelFacts');
    expect(wish.engine.argv({ model: 'm', servedModel: 'm', port: 1, tensorParallel: 1 })).toEqual([
      'serve',
      'm',
    ]);
  });

  it.each([
    [{ engine: 'tgi' }, '--engine tgi is none of sglang, vllm, llama.cpp; give its command'],
    [{ engine: 'tgi' }, 'gateway up behind --'],
    [{ command: 'serve {gpu}' }, '--command cannot fill {gpu}; it knows {model}'],
    [{ engine: 'my engine', command: 'serve' }, '--engine my engine is no name'],
  ])('is nothing with %j', (given, why) => {
    expect(() => planWish({ ...flags, ...given }, 'm')).toThrow(UsageError);
    expect(() => planWish({ ...flags, ...given }, 'm')).toThrow(why);
  });
});

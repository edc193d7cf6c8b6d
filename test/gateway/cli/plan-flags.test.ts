import { Command } from 'commander';
import { describe, expect, it } from 'vitest';

import type { PlanFlags } from '../../../gateway/cli/plan-flags.ts';
import { frequentPlanFlags, planFlags } from '../../../gateway/cli/plan-flags.ts';

function parse(...args: readonly string[]): PlanFlags {
  const command = new Command('plan').exitOverride().configureOutput({ writeErr: () => undefined });
  planFlags(command);
  return command.parse([...args], { from: 'user' }).opts<PlanFlags>();
}

describe('the flags of a plan', () => {
  it('ask by default for SGLang, 16 bits, and room for 64 long requests', () => {
    expect(parse()).toMatchObject({
      engine: 'sglang',
      dtype: 'bf16',
      kvTokens: 524_288,
      port: 30_000,
      sysfs: '/',
      nvidiaSmi: 'nvidia-smi',
    });
  });

  it.each([
    [['--tp', '0'], 'from 1 to 256'],
    [['--tp', '257'], 'from 1 to 256'],
    [['--replicas', '0'], 'from 1 to 256'],
    [['--kv-tokens', '0'], 'from 1 to 1000000000'],
    [['--reserve-cores', '1025'], 'from 0 to 1024'],
    [['--port', '60001'], 'from 1 to 60000'],
    [['--dtype', 'fp4'], 'one of bf16, fp16, fp8, int8, int4'],
    [['--emit', 'nomad'], 'one of systemd, kubernetes, config'],
  ])('refuse %j', (args, why) => {
    expect(() => parse(...args)).toThrow(why);
  });

  it.each([
    [['--tp', '256']],
    [['--replicas', '1']],
    [['--reserve-cores', '0']],
    [['--port', '60000']],
  ])('take %j', (args) => {
    expect(() => parse(...args)).not.toThrow();
  });

  it('name in the short help flags that there are', () => {
    const command = new Command('plan');
    planFlags(command);
    const known = command.options.map(({ long }) => long);

    expect(known).toEqual(expect.arrayContaining([...frequentPlanFlags]));
  });
});

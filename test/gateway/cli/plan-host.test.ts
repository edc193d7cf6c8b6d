import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { publishedHost } from '../../../deploy/published-host.ts';
import { hostOf, planOn } from '../../../gateway/cli/plan-host.ts';
import type { WishFlags } from '../../../gateway/cli/plan-wish.ts';
import { planWish } from '../../../gateway/cli/plan-wish.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';
import { PlantedMachine } from '../../support/machine.ts';

const here = { sysfs: '/nowhere', nvidiaSmi: '/nowhere/nvidia-smi' };
const flags: WishFlags = { engine: 'sglang', dtype: 'fp8', kvTokens: 1_000, port: 30_000 };

describe('the host of a plan', () => {
  it('is the published one, a dump, or this machine', async () => {
    using machine = new PlantedMachine();
    const { root } = machine.host(publishedHost);
    const source = { sysfs: root, nvidiaSmi: machine.smi(publishedHost) };

    expect(await hostOf({ ...here, host: 'published' })).toBe(publishedHost);
    expect((await hostOf(source)).gpus).toHaveLength(8);
    await expect(hostOf({ ...here, host: join(root, 'none.json') })).rejects.toThrow(
      /none\.json: there is no such file$/u,
    );
    await expect(hostOf({ ...here, host: import.meta.filename })).rejects.toThrow(
      'plan-host.test.ts is not a dump of gateway plan --dump: ',
    );
  });

  it('is planned on, or it is said why not', () => {
    const wish = planWish(flags, 'llama-3-70b');
    const empty = { ...publishedHost, gpus: [], remarks: ['nvidia-smi was not found.'] };
    const terms = { wayOut: 'take another machine' };

    expect(planOn(publishedHost, terms, wish).replicas).toHaveLength(4);
    expect(() => planOn(empty, terms, wish)).toThrow(UsageError);
    expect(() => planOn(empty, terms, wish)).toThrow(
      /^this machine has no GPU to plan with \(nvidia-smi was not found\); take another machine$/u,
    );
    expect(() => planOn(empty, { ...terms, host: 'a.json' }, wish)).toThrow(
      'the machine of a.json has no GPU',
    );
    expect(() => planOn(publishedHost, terms, { ...wish, tensorParallel: 3 })).toThrow('no plan: ');
  });
});

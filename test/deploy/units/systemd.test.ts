import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

import { systemdUnits } from '../../../deploy/units/systemd.ts';
import { PlantedMachine } from '../../support/machine.ts';
import { shippedText } from '../../support/shipped-files.ts';
import { planOfOne, publishedPlan } from '../../support/published-plan.ts';

/** What a unit sets in which section, whatever its order and its comments. */
function settingsOf(text: string): string[] {
  let section = '';
  const settings = text.split('\n').flatMap((line) => {
    if (line.startsWith('[')) section = line;
    const isSetting = line.includes('=') && !/^(#|AllowedCPUs=)/u.test(line);
    return isSetting ? [`${section} ${line}`] : [];
  });
  return settings.toSorted();
}

const withoutSystemd = spawnSync('systemd-analyze', ['--version']).status !== 0;

describe('the systemd units of a plan', () => {
  it('are one for each replica, and the gateway’s', () => {
    expect(systemdUnits(publishedPlan()).map(({ name }) => name)).toEqual([
      'numagate-sglang-0.service',
      'numagate-sglang-1.service',
      'numagate-gateway.service',
    ]);
  });

  it('pin a replica to its CPUs and the memory of its node, and stop its parent alone', () => {
    const lines = systemdUnits(publishedPlan())[1]?.text.split('\n');

    expect(lines).toEqual(
      expect.arrayContaining([
        'Environment=CUDA_VISIBLE_DEVICES=4,5,6,7',
        expect.stringMatching(/^ExecStart=\/usr\/bin\/env python3 -m sglang\.launch_server --/u),
        'AllowedCPUs=102-191,294-383',
        'AllowedMemoryNodes=1',
        'NUMAPolicy=bind',
        'NUMAMask=1',
        'KillMode=mixed',
      ]),
    );
  });

  it('put the gateway on the CPUs that are kept back', () => {
    const gateway = systemdUnits(publishedPlan()).at(-1)?.text;

    expect(gateway).toContain('\nAllowedCPUs=0-5,96-101,192-197,288-293\n');
  });

  it('run the gateway as the shipped unit does, but for its CPUs', () => {
    const gateway = systemdUnits(publishedPlan()).at(-1)?.text ?? '';

    expect(settingsOf(gateway)).toEqual(
      settingsOf(shippedText('systemd/numagate-gateway.service')),
    );
  });

  it('pin nothing where nothing is known', () => {
    const [unit] = systemdUnits(planOfOne({ cpus: [], memoryNodes: [] }));

    expect(unit?.text).not.toMatch(/Allowed|NUMA/u);
  });

  it('are read back word by word, whatever stands in the words', () => {
    const argv = ['serve', 'a b', '50%', '$HOME', 'say "hi"', String.raw`a\b c`];
    const [unit] = systemdUnits(planOfOne({ argv, model: '100%' }));

    expect(unit?.text).toContain(
      String.raw`ExecStart=/usr/bin/env serve "a b" 50%% $$HOME "say \"hi\"" "a\\b c"`,
    );
    expect(unit?.text).toContain('Description=sglang-0: 100%% on port 30000');
  });

  it.skipIf(withoutSystemd)('please systemd-analyze', () => {
    using folder = new PlantedMachine();
    const odd = planOfOne({ id: 'odd one', argv: ['serve', '50%', 'a "b" c'] });
    const units = [...systemdUnits(publishedPlan()), ...systemdUnits(odd).slice(0, 1)];
    for (const { name, text } of units) {
      // Nothing is installed on the machine of a test.
      folder.file(name, text.replace('/opt/numagate/bin/gateway', '/usr/bin/env'));
    }
    const paths = units.map(({ name }) => `${folder.root}/${name}`);
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], {
      encoding: 'utf8',
    });

    expect(stderr).not.toContain('numagate-');
    expect(status).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';

import { readAllowedSet } from '../../../telemetry/gpu/allowed-set.ts';
import { SystemFiles } from '../../../telemetry/gpu/system-files.ts';
import { PlantedMachine } from '../../support/machine.ts';

function allowed(files: Readonly<Record<string, string>>) {
  using machine = new PlantedMachine();
  for (const [path, text] of Object.entries(files)) machine.file(path, text);
  return readAllowedSet(new SystemFiles(machine.root));
}

const status = 'Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t0-5\nMems_allowed_list:\t0-1';

describe('what a process may use', () => {
  it('is what the kernel lists for it', () => {
    expect(allowed({ 'proc/self/status': status })).toEqual({
      cpus: [0, 1, 2, 3, 4, 5],
      memoryNodes: [0, 1],
    });
  });

  it('is narrowed by its control group', () => {
    const group = 'sys/fs/cgroup/system.slice/engine.service';

    expect(
      allowed({
        'proc/self/status': status,
        'proc/self/cgroup': '9:cpu:/x\n0::/system.slice/engine.service',
        [`${group}/cpuset.cpus.effective`]: '4-9',
        [`${group}/cpuset.mems.effective`]: '1',
        [`${group}/cpu.max`]: '250000 100000',
      }),
    ).toEqual({ cpus: [4, 5], memoryNodes: [1], cpuQuota: 2.5 });
  });

  it('is unlimited where the group says so, or lists nothing', () => {
    expect(
      allowed({
        'proc/self/cgroup': '0::/',
        'sys/fs/cgroup/cpu.max': 'max 100000',
        'sys/fs/cgroup/cpuset.cpus.effective': '',
      }),
    ).toEqual({});
  });

  it('is everything where nobody tells', () => {
    expect(allowed({})).toEqual({});
  });
});

import { describe, expect, it } from 'vitest';

import { SystemFiles } from '../../../telemetry/gpu/system-files.ts';
import { PlantedMachine } from '../../support/machine.ts';

describe('the files of a machine', () => {
  it('are read under its root', () => {
    using machine = new PlantedMachine();
    machine.file('sys/b/one', '1').file('sys/a', 'x').link('sys/linked', 'sys/b');
    const files = new SystemFiles(machine.root);

    expect(files.text('sys/a')).toBe('x');
    expect(files.names('sys')).toEqual(['a', 'b', 'linked']);
    expect(files.text('sys/linked/one')).toBe('1');
    expect(files.target('sys/linked')).toMatch(/\/sys\/b$/u);
  });

  it('that are missing tell nothing', () => {
    using machine = new PlantedMachine();
    const files = new SystemFiles(machine.root);

    expect(files.text('sys/a')).toBeUndefined();
    expect(files.names('sys')).toEqual([]);
    expect(files.target('sys')).toBeUndefined();
  });
});

import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  constants,
  openSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { KernelLog } from '../../../telemetry/gpu/kernel-log.ts';
import { PlantedMachine } from '../../support/machine.ts';

let machine: PlantedMachine;
let path: string;
let log: KernelLog;

beforeEach(() => {
  machine = new PlantedMachine();
  path = join(machine.root, 'kern.log');
  log = new KernelLog(path);
});

afterEach(async () => {
  await log.close();
  machine[Symbol.dispose]();
});

/** The lines of a look that went well. */
async function news(): Promise<readonly string[]> {
  const { lines, problem } = await log.read();
  expect(problem).toBeUndefined();
  return lines.filter((line) => line !== '');
}

describe('a file with the kernel log', () => {
  it('is read from where it ended at the first look', async () => {
    writeFileSync(path, 'old\n');
    expect(await news()).toEqual([]);

    appendFileSync(path, 'one\ntwo\n');
    expect(await news()).toEqual(['one', 'two']);
    expect(await news()).toEqual([]);
  });

  it('gives a line when it is whole', async () => {
    writeFileSync(path, '');
    await news();
    appendFileSync(path, 'one\nhal');
    expect(await news()).toEqual(['one']);
    appendFileSync(path, 'f ä\n');
    expect(await news()).toEqual(['half ä']);
  });

  it('is read from its beginning where it was put away', async () => {
    writeFileSync(path, 'old\n');
    await news();
    // Longer than the old one, so that its length tells nothing.
    writeFileSync(`${path}.new`, 'one and long\n');
    renameSync(`${path}.new`, path);
    expect(await news()).toEqual(['one and long']);

    writeFileSync(path, 'a\n');
    expect(await news()).toEqual(['a']);
  });

  it('that has grown too much gives its last mebibyte', async () => {
    writeFileSync(path, '');
    await news();
    const line = `${'x'.repeat(1_023)}\n`;
    appendFileSync(path, line.repeat(1_024));
    expect(await news()).toHaveLength(1_024);

    appendFileSync(path, line.repeat(1_025));
    expect(await news()).toHaveLength(1_024);
  });

  it('may be missing, and be there later', async () => {
    expect(await log.read()).toEqual({ lines: [], problem: `there is no ${path}` });

    writeFileSync(path, 'old\n');
    expect(await news()).toEqual([]);
  });

  it('may be no log at all', async () => {
    const folder = new KernelLog(machine.root);

    expect((await folder.read()).problem).toContain(`${machine.root} cannot be read`);
  });
});

describe('a device with the kernel log', () => {
  it('gives records as they come, those before the first look left out', async () => {
    // A pipe waits as /dev/kmsg does, and says so in the same way.
    spawnSync('mkfifo', [path]);
    const writer = openSync(path, constants.O_RDWR);
    try {
      writeSync(writer, '6,1,1,-;old\n');
      expect(await news()).toEqual([]);

      writeSync(writer, '6,2,2,-;one\n');
      writeSync(writer, '6,3,3,-;two\n');
      expect(await news()).toEqual(['6,2,2,-;one', '6,3,3,-;two']);
      expect(await news()).toEqual([]);
    } finally {
      closeSync(writer);
    }
  });
});

import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { OutputLog } from '../../../deploy/launch/output-log.ts';
import { TemporaryFolder } from '../../support/launched/plans.ts';

function aLog(folder: TemporaryFolder, bytesMax?: number): OutputLog {
  return new OutputLog(join(folder.path, 'engine-0.log'), bytesMax);
}

const text = (words: string): Buffer => Buffer.from(words);

describe('the log of a replica', () => {
  it('holds what the engine wrote, byte for byte, for its owner alone', () => {
    using folder = new TemporaryFolder();
    const log = aLog(folder);
    log.write(text('\u001b[32mINFO\u001b[0m one\n'));
    log.close();
    expect(readFileSync(log.path, 'utf8')).toBe('\u001b[32mINFO\u001b[0m one\n');
    expect(statSync(log.path).mode & 0o777).toBe(0o600);
  });

  it('keeps the file of the run before beside it', () => {
    using folder = new TemporaryFolder();
    const first = aLog(folder);
    first.write(text('first'));
    first.close();
    aLog(folder).close();
    expect(readFileSync(`${first.path}.1`, 'utf8')).toBe('first');
    expect(readFileSync(first.path, 'utf8')).toBe('');
  });

  it('begins another file at its bound, and keeps one more', () => {
    using folder = new TemporaryFolder();
    const log = aLog(folder, 10);
    log.write(text('0123456789'));
    expect(existsSync(`${log.path}.1`)).toBe(false);
    log.write(text('a'));
    log.close();
    expect(readFileSync(`${log.path}.1`, 'utf8')).toBe('0123456789');
    expect(readFileSync(log.path, 'utf8')).toBe('a');
  });

  it('tells its last lines as a person would see them', () => {
    using folder = new TemporaryFolder();
    const log = aLog(folder);
    log.write(text('\u001b[31mERROR\u001b[0m one\r\n\n'));
    log.write(text('Loading:  0%\rLoading: 45%\rLoading: 90%'));
    expect(log.tail()).toEqual(['ERROR one', 'Loading: 90%']);
    expect(log.lastLine()).toBe('Loading: 90%');
    log.close();
  });

  it('does not cut a character that comes in two pieces', () => {
    using folder = new TemporaryFolder();
    const log = aLog(folder);
    const bytes = text('größer');
    log.write(bytes.subarray(0, 3));
    log.write(bytes.subarray(3));
    expect(log.lastLine()).toBe('größer');
    log.close();
  });

  it('remembers some kilobytes of it, and nothing of what it is told to forget', () => {
    using folder = new TemporaryFolder();
    const log = aLog(folder);
    log.write(text(`${'x'.repeat(100)}\n`.repeat(1_000)));
    expect(log.tail().join('\n').length).toBeLessThanOrEqual(8_192);
    expect(log.lastLine()).toHaveLength(100);
    log.forgetTail();
    expect(log.lastLine()).toBeUndefined();
    log.close();
  });

  it('shortens a line of progress', () => {
    using folder = new TemporaryFolder();
    const log = aLog(folder);
    log.write(text('y'.repeat(161)));
    expect(log.lastLine()).toHaveLength(160);
    log.close();
  });

  it('holds notes of the launcher, with their time, which are none of the engine', () => {
    using folder = new TemporaryFolder();
    const log = aLog(folder);
    log.note('ready');
    expect(log.tail()).toEqual([]);
    log.close();
    expect(readFileSync(log.path, 'utf8')).toMatch(
      /^\[launcher \d{4}-\d\d-\d\dT[\d:.]+Z\] ready\n$/u,
    );
  });

  it('remembers the last lines also where they cannot be written', () => {
    using folder = new TemporaryFolder();
    const log = aLog(folder, 10);
    rmSync(folder.path, { recursive: true });
    log.write(text('0123456789'));
    log.write(text('a line'));
    log.write(text(' more\n'));
    expect(log.tail()).toEqual(['0123456789a line more']);
    log.close();
    log.close();
  });
});

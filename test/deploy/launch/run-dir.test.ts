import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';

import {
  lockRunDir,
  prepareRunDir,
  runDirAt,
  SOCKET_PATH_BYTES_MAX,
} from '../../../deploy/launch/run-dir.ts';
import { TemporaryFolder } from '../../support/launched/plans.ts';

const SOCKET = '/launcher.sock';

describe('a run directory', () => {
  it('has a log for each replica, and a path that fits a socket', () => {
    const longest = `/${'x'.repeat(SOCKET_PATH_BYTES_MAX - SOCKET.length - 1)}`;
    const dir = runDirAt(longest);
    expect(dir.socket).toHaveLength(SOCKET_PATH_BYTES_MAX);
    expect(dir.logFileOf('sglang-0')).toBe(`${longest}/sglang-0.log`);
    expect(() => runDirAt(`${longest}x`)).toThrow('take a shorter --run-dir');
  });

  it('is made for its owner alone', () => {
    using folder = new TemporaryFolder();
    const dir = runDirAt(join(folder.path, 'one', 'two'));
    prepareRunDir(dir);
    prepareRunDir(dir);
    expect(statSync(dir.path).mode & 0o777).toBe(0o700);
  });

  it('is refused where others can enter it', () => {
    using folder = new TemporaryFolder();
    chmodSync(folder.path, 0o750);
    expect(() => prepareRunDir(folder.dir)).toThrow(
      `other users can enter ${folder.path}: chmod 700`,
    );
  });

  it('is refused where it belongs to somebody else', () => {
    using folder = new TemporaryFolder();
    vi.spyOn(process, 'getuid').mockReturnValueOnce(4_711);
    expect(() => prepareRunDir(folder.dir)).toThrow(/belongs to user \d+: take another --run-dir/u);
    vi.restoreAllMocks();
  });

  it('has one launcher at a time', async () => {
    using folder = new TemporaryFolder();
    using other = new TemporaryFolder();
    const lock = await lockRunDir(folder.dir);
    using _otherLock = await lockRunDir(other.dir);
    await expect(lockRunDir(folder.dir)).rejects.toThrow(`another launcher has ${folder.path}`);
    lock[Symbol.dispose]();
    const again = await lockRunDir(folder.dir);
    again[Symbol.dispose]();
    expect(again).toBeDefined();
  });
});

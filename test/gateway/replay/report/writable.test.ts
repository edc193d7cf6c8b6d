import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { tryWritable, UnwritableError } from '../../../../gateway/replay/report/writable.ts';

const isRoot = process.getuid?.() === 0;

describe('a file that is to be written', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'numagate-writable-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('has its folder made, and is not there before it is written', () => {
    tryWritable(join(folder, 'a/b/run.jsonl'));

    expect(existsSync(join(folder, 'a/b'))).toBe(true);
    expect(existsSync(join(folder, 'a/b/run.jsonl'))).toBe(false);
  });

  it('is left as it is where it is there', () => {
    const path = join(folder, 'run.jsonl');
    writeFileSync(path, 'a line');
    tryWritable(path);

    expect(readFileSync(path, 'utf8')).toBe('a line');
  });

  it('cannot lie in a file, nor be a folder', () => {
    writeFileSync(join(folder, 'file'), '');

    expect(() => tryWritable(join(folder, 'file/run.jsonl'))).toThrow(
      'a part of the path is a file',
    );
    expect(() => tryWritable(join(folder, 'file/a/run.jsonl'))).toThrow(
      'a part of the path is a file',
    );
    expect(() => tryWritable(folder)).toThrow(
      `${folder} cannot be written: it is a folder (EISDIR)`,
    );
  });

  it.skipIf(isRoot)('cannot lie where nothing may be written', () => {
    chmodSync(folder, 0o500);

    expect(() => tryWritable(join(folder, 'run.jsonl'))).toThrow(
      'it may not be written to (EACCES)',
    );
    expect(() => tryWritable(join(folder, 'a/run.jsonl'))).toThrow(UnwritableError);
  });

  it.skipIf(!existsSync('/proc/self'))(
    'is refused at once where no folder can ever be made',
    () => {
      expect(() => tryWritable('/proc/x/y/run.jsonl')).toThrow(
        'its folder cannot be made (ENOENT)',
      );
    },
  );

  it('says in the system’s words what has no better ones', () => {
    const error = new UnwritableError('a', Object.assign(new Error('EIO: i/o'), { code: 'EIO' }));

    expect(error.message).toBe('a cannot be written: EIO: i/o');
    expect(new UnwritableError('a', 'odd').message).toBe('a cannot be written: odd');
  });
});

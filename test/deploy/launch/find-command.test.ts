import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { findCommand } from '../../../deploy/launch/find-command.ts';
import { TemporaryFolder } from '../../support/launched/plans.ts';

function aProgram(folder: string, name: string, mode = 0o755): string {
  const file = join(folder, name);
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, mode);
  return file;
}

describe('the file of a command', () => {
  it('is the first of its name on the path', () => {
    using one = new TemporaryFolder();
    using other = new TemporaryFolder();
    const path = `${one.path}:${other.path}`;
    const later = aProgram(other.path, 'engine');
    expect(findCommand('engine', path)).toBe(later);
    expect(findCommand('engine', `${path}:/nowhere`)).toBe(later);
    expect(findCommand('engine', one.path)).toBeUndefined();
  });

  it('is where its word says, if that names a place', () => {
    using folder = new TemporaryFolder();
    const file = aProgram(folder.path, 'engine');
    expect(findCommand(file, '')).toBe(file);
    expect(findCommand(`${folder.path}/other`, folder.path)).toBeUndefined();
  });

  it('is neither a folder nor a file that cannot be run', () => {
    using folder = new TemporaryFolder();
    mkdirSync(join(folder.path, 'engine'));
    expect(findCommand('engine', folder.path)).toBeUndefined();
    expect(findCommand(aProgram(folder.path, 'text', 0o644), '')).toBeUndefined();
  });
});

import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { readTrace, writeTrace } from '../../../deploy/launch/state-file.ts';
import { TemporaryFolder } from '../../support/launched/plans.ts';

describe('what a launcher leaves behind', () => {
  it('is read as it was written, by its owner alone', () => {
    using folder = new TemporaryFolder();
    const { stateFile } = folder.dir;
    const trace = { pid: process.pid, run: 'a-run-of-its-own', ended: true };
    writeTrace(stateFile, { ...trace, ended: false });
    writeTrace(stateFile, trace);
    expect(readTrace(stateFile)).toEqual(trace);
    expect(statSync(stateFile).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path)).toEqual(['state.json']);
  });

  it.each([
    ['nothing', undefined],
    ['no JSON', '{"pid":'],
    ['null', 'null'],
    ['no run', '{"pid":1}'],
    ['no process', '{"run":"12345678"}'],
    ['a run so short that it would be found in strangers', '{"pid":1,"run":"1234567"}'],
  ])('is nobody where there is %s', (_what, text) => {
    using folder = new TemporaryFolder();
    const { stateFile } = folder.dir;
    if (text !== undefined) writeFileSync(stateFile, text);
    expect(readTrace(stateFile)).toBeUndefined();
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { readTls } from '../../../gateway/server/tls-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'tls-files-'));

afterAll(() => rmSync(folder, { recursive: true }));

// That a renewed pair is served, and a broken one is not, is shown over sockets in test/e2e/tls.test.ts.
describe('the files of a certificate', () => {
  it('are read as they are', () => {
    const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
    writeFileSync(files.certFile, 'CERT');
    writeFileSync(files.keyFile, 'KEY');
    expect(readTls(files)).toEqual({ cert: 'CERT', key: 'KEY' });
  });

  it('are named where one is missing', () => {
    const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'absent.pem') };
    expect(() => readTls(files)).toThrow(/absent\.pem/);
  });
});

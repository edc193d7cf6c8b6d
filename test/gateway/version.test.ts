import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { version } from '../../gateway/version.ts';

describe('the version', () => {
  it('is the manifest’s', () => {
    const manifest = new URL('../../package.json', import.meta.url);
    expect(JSON.parse(readFileSync(manifest, 'utf8'))).toMatchObject({ version });
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PageFiles } from '../../../../gateway/server/live/page-files.ts';
import { root, sourceFiles } from '../../../support/source-tree.ts';

const FOLDER = 'gateway/server/live/page';

describe('the files of the live page', () => {
  const files = new PageFiles();

  it.each([
    ['index.html', 'text/html; charset=utf-8'],
    ['style.css', 'text/css; charset=utf-8'],
    ['icon.svg', 'image/svg+xml'],
    ['main.ts', 'text/javascript; charset=utf-8'],
    ['main', 'text/javascript; charset=utf-8'],
  ])('hold %s as %s', (path, contentType) => {
    expect(files.find(path)?.contentType).toBe(contentType);
  });

  it('are scripts that a browser runs: line for line the sources, without a type', () => {
    const source = readFileSync(join(root, FOLDER, 'elements.ts'), 'utf8');
    const served = files.find('elements.ts')?.body ?? '';

    expect(source).toContain('): void {');
    expect(served).not.toContain(': void');
    expect(served.split('\n')).toHaveLength(source.split('\n').length);
  });

  it.each(['../live-page.ts', '/index.html', 'model', 'tsconfig.json', 'model/../main.ts', ''])(
    'are all that is found: not %s',
    (path) => {
      expect(files.find(path)).toBeUndefined();
    },
  );

  it('import nothing that is not served', () => {
    const missing = sourceFiles([FOLDER]).flatMap(({ path }) => {
      const served = files.find(path.slice(FOLDER.length + 1))?.body ?? '';
      const imports = [...served.matchAll(/from '([^']+)'/gu)].map(([, name = '']) => name);
      return imports.filter((name) => {
        const target = new URL(name, `http://page/${path.slice(FOLDER.length + 1)}`).pathname;
        return files.find(target.slice(1)) === undefined;
      });
    });

    expect(missing).toEqual([]);
  });

  it('name nothing of another host', () => {
    const shown = ['index.html', 'style.css'].map((path) => files.find(path)?.body ?? '');

    expect(shown.join('')).not.toMatch(/https?:\/\/|\/\/\w/u);
  });
});

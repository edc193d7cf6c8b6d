import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One file of the page, as a browser gets it. */
export interface PageFile {
  readonly contentType: string;
  readonly body: string;
}

const FOLDER = fileURLToPath(new URL('page/', import.meta.url));

const contentTypes: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.ts', 'text/javascript; charset=utf-8'],
]);

/**
 * The files of the live page, read once. Its modules are TypeScript like everything else, checked by the same rules;
 * from sources they are served with their types erased, and so under their own names, line for line; a package holds
 * them as they were emitted.
 */
export class PageFiles {
  #files: ReadonlyMap<string, PageFile> | undefined;

  /** A file by its path within the page; a module also without its ending. */
  find(path: string): PageFile | undefined {
    this.#files ??= readPage();
    return this.#files.get(path);
  }
}

function readPage(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const entry of readdirSync(FOLDER, { recursive: true, withFileTypes: true })) {
    const ending = extname(entry.name);
    const contentType = contentTypes.get(ending);
    if (!entry.isFile() || contentType === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    const text = readFileSync(file, 'utf8');
    const page = { contentType, body: ending === '.ts' ? stripTypeScriptTypes(text) : text };
    const path = relative(FOLDER, file).split(sep).join('/');
    files.set(path, page);
    if (contentType.startsWith('text/javascript')) files.set(path.slice(0, -ending.length), page);
  }
  return files;
}

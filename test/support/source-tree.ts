import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** One TypeScript file, by its path from the root, with `/` between folders. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The floors of the house; what stands in none of them is not shipped. */
export const floors: readonly string[] = ['gateway', 'deploy', 'routing', 'telemetry'];

/** Every TypeScript file under the named folders, in the order of their paths. */
export function sourceFiles(folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => pathOf(join(entry.parentPath, entry.name)))
      .toSorted()
      .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
  );
}

function pathOf(file: string): string {
  return relative(root, file).split(sep).join('/');
}

/** What one file imports: files of this repository by their path, and packages (or `node:` modules) by name. */
export interface Imports {
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

const specifiers = [
  /^(?:import|export)\s[^'"`;]*?\bfrom\s+'([^'\n]+)'/gm,
  /^import\s+'([^'\n]+)'/gm,
  /\bimport\(\s*'([^'\n]+)'\s*\)/g,
];

/** The imports of a file, types and `import()` of a literal included. */
export function importsOf({ path, text }: SourceFile): Imports {
  const found = specifiers.flatMap((pattern) => [...text.matchAll(pattern)]);
  const names = [...new Set(found.map(([, name = '']) => name))];
  return {
    files: names
      .filter((name) => name.startsWith('.'))
      .map((name) => pathOf(join(root, dirname(path), name))),
    packages: names.filter((name) => !name.startsWith('.')).map(packageName),
  };
}

function packageName(specifier: string): string {
  const [scope = '', name = ''] = specifier.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

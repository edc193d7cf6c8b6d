import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { floors, root } from './source-tree.ts';

/** What the tools read beside the sources. */
const settings = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'oxlint.config.ts',
  'vitest.config.ts',
  'knip.json',
  '.oxfmtrc.json',
];

/** One complaint of the linter: which rule, about which file. */
export interface Complaint {
  readonly rule: string;
  readonly path: string;
}

/** A copy of the sources in which things may be broken, and the project's own tools at work on it. */
export class PlantedTree implements Disposable {
  readonly #root: string = mkdtempSync(join(tmpdir(), 'numagate-planted-'));

  constructor() {
    for (const folder of [...floors, 'test']) {
      cpSync(join(root, folder), join(this.#root, folder), { recursive: true });
    }
    for (const file of settings) cpSync(join(root, file), join(this.#root, file));
    symlinkSync(join(root, 'node_modules'), join(this.#root, 'node_modules'));
  }

  plant(path: string, text: string): void {
    mkdirSync(dirname(join(this.#root, path)), { recursive: true });
    writeFileSync(join(this.#root, path), text);
  }

  /** Every complaint about the tree, and how many files the linter has read for it. */
  lint(): { readonly complaints: readonly Complaint[]; readonly files: number } {
    const { output } = this.run('oxlint', ['--format', 'json', ...floors, 'test']);
    const report = JSON.parse(output) as {
      readonly number_of_files: number;
      readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
    };
    return {
      complaints: report.diagnostics.map(({ code, filename }) => ({ rule: code, path: filename })),
      files: report.number_of_files,
    };
  }

  /** Runs a tool of the project in the tree. */
  run(
    tool: string,
    args: readonly string[],
  ): { readonly code: number | null; readonly output: string } {
    const { status, stdout } = spawnSync(join(root, 'node_modules/.bin', tool), args, {
      cwd: this.#root,
      encoding: 'utf8',
      maxBuffer: 64_000_000,
    });
    return { code: status, output: stdout };
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true });
  }
}

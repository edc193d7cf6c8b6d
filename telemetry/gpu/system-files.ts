import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** Reads the kernel's files under a root: `/`, or a folder with `sys` and `proc` of another machine. */
export class SystemFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** What stands in a file, without its line end; `undefined` where there is none or it may not be read. */
  text(path: string): string | undefined {
    return orUndefined(() => readFileSync(join(this.#root, path), 'utf8').trimEnd());
  }

  /** The names in a folder, in the order of the alphabet; none where there is no such folder. */
  names(path: string): readonly string[] {
    return orUndefined(() => readdirSync(join(this.#root, path)))?.toSorted() ?? [];
  }

  /** Where a link leads in the end; `undefined` where it leads nowhere. */
  target(path: string): string | undefined {
    return orUndefined(() => realpathSync(join(this.#root, path)));
  }
}

/** Of a file that is missing or closed to us nothing is known, whatever the reason. */
function orUndefined<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The file that a command's first word names, as a shell would find it; `undefined` where there is none. */
export function findCommand(word: string, path: string): string | undefined {
  const places = word.includes('/') ? [word] : path.split(delimiter).map((dir) => join(dir, word));
  return places.find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

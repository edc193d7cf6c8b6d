import { extname } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';

import type { ChildCommand } from './child.ts';

/** One command of ours as a process of its own, run by the Node that runs this one. */
export function gatewayCommand(name: string, args: readonly string[]): ChildCommand {
  return { name, file: execPath, args: [mainFile, ...args] };
}

/** Beside these sources as TypeScript, beside what is published as JavaScript. */
const mainFile = fileURLToPath(
  new URL(`../../main${extname(import.meta.filename)}`, import.meta.url),
);

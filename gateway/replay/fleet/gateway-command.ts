import { extname } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';

import type { ChildCommand } from './child.ts';

/** One command of ours as a process of its own, run by the Node that runs this one. */
export function gatewayCommand(name: string, args: readonly string[]): ChildCommand {
  return { name, file: execPath, args: ['--import', endsWithParent, mainFile, ...args] };
}

/**
 * Its input ends when whoever started it is gone, killed by force included; then it stops as it does
 * on a signal, so that no process is left behind.
 */
const endsWithParent =
  'data:text/javascript,' +
  'process.stdin.on("end",()=>process.kill(process.pid,"SIGINT")).resume().unref()';

/** Beside these sources as TypeScript, beside what is published as JavaScript. */
const mainFile = fileURLToPath(
  new URL(`../../main${extname(import.meta.filename)}`, import.meta.url),
);

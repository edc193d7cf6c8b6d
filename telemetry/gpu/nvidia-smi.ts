import { execFile } from 'node:child_process';

/** How one call of `nvidia-smi` ended. What it printed is there even where it failed. */
export interface SmiAnswer {
  readonly text: string;
  /** Why it failed, in words that end a sentence; absent where it did not. */
  readonly problem?: string;
}

/** Asks `nvidia-smi`, with its arguments; never throws. */
export type AskSmi = (args: readonly string[]) => Promise<SmiAnswer>;

/** Where the program is, and how long it may take. */
export interface SmiOptions {
  readonly path: string;
  readonly timeoutMs: number;
}

/** Every field of 16 GPUs is some 40 KB. */
const OUTPUT_BYTES_MAX = 4 * 2 ** 20;

/**
 * Asks by a process of its own for each call. On a sick driver the program hangs where no signal reaches it, so the
 * answer comes after `timeoutMs` whether it has ended or not.
 */
export function openNvidiaSmi({ path, timeoutMs }: SmiOptions): AskSmi {
  return (args) =>
    new Promise((resolve) => {
      const child = execFile(
        path,
        args,
        { maxBuffer: OUTPUT_BYTES_MAX, windowsHide: true },
        (error, stdout, stderr) => {
          clearTimeout(timer);
          const text = withoutStyle(stdout);
          if (error === null) resolve({ text });
          else resolve({ text, problem: problemOf(error, `${stderr}\n${text}`, path) });
        },
      );
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        child.unref();
        resolve({ text: '', problem: `${path} did not answer within ${timeoutMs / 1000} s` });
      }, timeoutMs);
    });
}

const ESCAPE = String.fromCodePoint(27);
const style = new RegExp(`${ESCAPE}?\\[[0-9;]*m`, 'gu');

/** Text without the codes that underline a header; a paste may have lost their escape byte. */
export function withoutStyle(text: string): string {
  return text.replaceAll(style, '');
}

function problemOf(
  error: Error & { readonly code?: unknown },
  output: string,
  path: string,
): string {
  if (error.code === 'ENOENT') return `there is no ${path}`;
  if (error.code === 'EACCES') return `${path} may not be run`;
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `${path} printed without end`;
  const firstLine = output.split('\n').find((line) => line.trim() !== '');
  const said = firstLine === undefined ? '' : `: ${firstLine.trim().replace(/\.$/u, '')}`;
  return `${path} failed${typeof error.code === 'number' ? ` (exit ${error.code})` : ''}${said}`;
}

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
const OUTPUT_CHARACTERS_MAX = 4 * 2 ** 20;

/**
 * Asks by a process of its own for each call. On a sick driver the program hangs where no signal reaches it, so the
 * answer comes after `timeoutMs` whether it has ended or not.
 */
export function openNvidiaSmi({ path, timeoutMs }: SmiOptions): AskSmi {
  return async (args) => {
    // Loaded here alone: most gateways have no GPU beside them.
    const { execa } = await import('execa');
    const child = execa(path, args, {
      reject: false,
      maxBuffer: OUTPUT_CHARACTERS_MAX,
      stripFinalNewline: false,
      stdin: 'ignore',
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<SmiAnswer>((resolve) => {
      timer = setTimeout(() => {
        child.kill('SIGKILL');
        child.nodeChildProcess.unref();
        resolve({ text: '', problem: `${path} did not answer within ${timeoutMs / 1000} s` });
      }, timeoutMs);
    });
    const answered = child.then((ended): SmiAnswer => {
      const text = withoutStyle(ended.stdout);
      return ended.failed ? { text, problem: problemOf(ended, text, path) } : { text };
    });
    try {
      return await Promise.race([answered, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}

const ESCAPE = String.fromCodePoint(27);
const style = new RegExp(`${ESCAPE}?\\[[0-9;]*m`, 'gu');

/** Text without the codes that underline a header; a paste may have lost their escape byte. */
export function withoutStyle(text: string): string {
  return text.replaceAll(style, '');
}

/** What is read of how a process ended. */
interface Failure {
  readonly code?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly isMaxBuffer: boolean;
  readonly stderr: string;
}

function problemOf(
  { code, exitCode, isMaxBuffer, stderr }: Failure,
  text: string,
  path: string,
): string {
  if (code === 'ENOENT') return `there is no ${path}`;
  if (code === 'EACCES') return `${path} may not be run`;
  if (isMaxBuffer) return `${path} printed without end`;
  const firstLine = `${stderr}\n${text}`.split('\n').find((line) => line.trim() !== '');
  const said = firstLine === undefined ? '' : `: ${firstLine.trim().replace(/\.$/u, '')}`;
  return `${path} failed${exitCode === undefined ? '' : ` (exit ${exitCode})`}${said}`;
}

import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

/** Bytes of one log file; with more it becomes `<name>.1`, and the one before that is gone. */
const LOG_BYTES_MAX: number = 16 * 2 ** 20;

/** Kept in memory of what was written last, to be shown on a failure. */
const TAIL_CHARACTERS = 8_192;

/** Of one line of progress. */
const LINE_CHARACTERS = 160;

/** Only its owner reads what engines say: prompts may stand in it. */
const FILE_MODE = 0o600;

/** What one replica writes, in a file of its own that does not grow without end. */
export class OutputLog {
  readonly path: string;
  readonly #bytesMax: number;
  readonly #decoder: StringDecoder = new StringDecoder('utf8');
  #file: number | undefined;
  #bytes = 0;
  #tail = '';

  /** Begins a file; the one of an earlier run is kept as `<name>.1`. */
  constructor(path: string, bytesMax: number = LOG_BYTES_MAX) {
    this.path = path;
    this.#bytesMax = bytesMax;
    this.#file = this.#begin();
  }

  /** What the engine wrote. */
  write(chunk: Buffer): void {
    this.#tail = (this.#tail + this.#decoder.write(chunk)).slice(-TAIL_CHARACTERS);
    this.#append(chunk);
  }

  /** A line of the launcher's own, among those of the engine. */
  note(line: string): void {
    this.#append(Buffer.from(`[launcher ${new Date().toISOString()}] ${line}\n`));
  }

  /** The engine's last lines since `forgetTail`, without colours and overwritten progress bars. */
  tail(): readonly string[] {
    return stripVTControlCharacters(this.#tail)
      .split('\n')
      .map((line) => (line.trimEnd().split('\r').at(-1) ?? '').trimEnd())
      .filter((line) => line !== '');
  }

  /** The last thing that was said, shortened to a line; `undefined` before the first. */
  lastLine(): string | undefined {
    return this.tail().at(-1)?.trim().slice(0, LINE_CHARACTERS);
  }

  /** What comes from here on is another process's. */
  forgetTail(): void {
    this.#tail = '';
  }

  /** Nothing more is written to the file. */
  close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
  }

  #append(chunk: Buffer): void {
    try {
      if (this.#bytes + chunk.length > this.#bytesMax) this.#beginAgain();
      if (this.#file !== undefined) writeSync(this.#file, chunk);
      this.#bytes += chunk.length;
    } catch {
      // A full disk must not take an engine with it; the tail is in memory.
    }
  }

  #beginAgain(): void {
    this.close();
    this.#file = this.#begin();
  }

  #begin(): number {
    try {
      renameSync(this.path, `${this.path}.1`);
    } catch {
      // There was none.
    }
    this.#bytes = 0;
    return openSync(this.path, 'a', FILE_MODE);
  }
}

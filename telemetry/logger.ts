import type { Logger } from 'pino';
import { openSync } from 'node:fs';
import { pino } from 'pino';

/** From which level on a log speaks, most talkative first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Where log lines go and from which level on. */
export interface LogOptions {
  readonly level: LogLevel;
  /** File descriptor, such as 2 for stderr, or path of a file to append to. */
  readonly destination: number | string;
}

/** What rooms of the gateway may say. Fields are plain values; `err` takes an error with its causes. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A log of JSON lines that never blocks its writers. */
export interface LineLog extends Log {
  /** Whether `line` writes anything: it does from level `info` on. */
  readonly tellsLines: boolean;
  /** Lines thrown away because the destination took them too slowly. */
  readonly droppedLines: number;
  /** Writes an object that bears its own level and time, at a quarter of what `info` costs. */
  line(fields: object): void;
  /** Writes what is still held; what is said later is lost. */
  close(): Promise<void>;
}

/** Lines of requests are held until they are this long together: some thirty lines, one system call. */
const HELD_CHARACTERS_MAX = 16_384;

/** Longest that a line is held. */
const HOLD_MS = 250;

/** Bytes that may wait for a slow destination; beyond it lines are dropped and counted. */
const BACKLOG_BYTES_MAX = 8_388_608;

/** Bytes of one system call at most. */
const WRITE_BYTES_MAX = 65_536;

/** Longest wait at the end for a destination that does not read. */
const CLOSE_MS_MAX = 2000;

/** Opens a log. Throws where the destination cannot be opened. */
export function openLog({ level, destination }: LogOptions): LineLog {
  const descriptor =
    typeof destination === 'number' ? destination : openSync(destination, 'a', LOG_FILE_MODE);
  return new HeldLog(level, descriptor);
}

/** Log files name tenants: they are for their owner and group. */
const LOG_FILE_MODE = 0o640;

class HeldLog implements LineLog {
  readonly #stream: DestinationStream;
  readonly #logger: Logger;
  readonly tellsLines: boolean;
  #held = '';
  #timer: NodeJS.Timeout | undefined;
  #droppedLines = 0;
  #isClosed = false;

  constructor(level: LogLevel, descriptor: number) {
    this.#stream = pino.destination({
      dest: descriptor,
      sync: false,
      minLength: 1,
      maxWrite: WRITE_BYTES_MAX,
      maxLength: BACKLOG_BYTES_MAX,
    });
    this.#stream.on('drop', (lines: string) => {
      this.#droppedLines += lines.split('\n').length - 1;
    });
    // A log that cannot be written, on a full disk say, is no reason to stop serving.
    this.#stream.on('error', () => {});
    this.#logger = pino(
      { level, base: null, formatters: { level: (label) => ({ level: label }) } },
      this.#stream,
    );
    this.tellsLines = this.#logger.isLevelEnabled('info');
  }

  get droppedLines(): number {
    return this.#droppedLines;
  }

  debug(fields: object, message: string): void {
    this.#say('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#say('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#say('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#say('error', fields, message);
  }

  line(fields: object): void {
    if (!this.tellsLines) return;
    this.#held += `${JSON.stringify(fields)}\n`;
    if (this.#held.length >= HELD_CHARACTERS_MAX) this.#release();
    else this.#timer ??= setTimeout(() => this.#release(), HOLD_MS).unref();
  }

  close(): Promise<void> {
    this.#release();
    this.#isClosed = true;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, CLOSE_MS_MAX);
      this.#stream.flush(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  // What is held goes first, so that lines stand in the order in which they were said.
  #say(level: SpokenLevel, fields: object, message: string): void {
    if (this.#isClosed || !this.#logger.isLevelEnabled(level)) return;
    this.#release();
    this.#logger[level](fields, message);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#held === '' || this.#isClosed) return;
    this.#stream.write(this.#held);
    this.#held = '';
  }
}

type SpokenLevel = Exclude<LogLevel, 'silent'>;

type DestinationStream = ReturnType<typeof pino.destination>;

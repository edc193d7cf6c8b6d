/** A terminal's output, as far as a screen needs it. */
export interface ScreenOutput {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** A terminal's keys. */
export interface ScreenInput {
  readonly isTTY?: boolean | undefined;
  setRawMode?(isRaw: boolean): unknown;
  on(event: 'data', listener: (keys: Buffer) => void): unknown;
  off(event: 'data', listener: (keys: Buffer) => void): unknown;
  pause(): unknown;
}

/** What a screen tells. */
export interface ScreenEvents {
  /** A key that ends: q, or Ctrl-C, which is a key while keys are read one by one. */
  quit(): void;
  /** The terminal has another size. */
  resized(): void;
}

/** The last one is Ctrl-C. */
const QUIT_KEYS: readonly string[] = ['q', 'Q', '\u0003'];

/** The terminal's second page, without a cursor; the first one is as it was afterwards. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';

/** Of a terminal that does not tell. */
const COLUMNS_DEFAULT = 80;
const ROWS_DEFAULT = 24;

/** The whole terminal for one program, drawn over frame by frame. It is given back in every way a program ends in order. */
export class TerminalScreen implements Disposable {
  readonly #output: ScreenOutput;
  readonly #input: ScreenInput;
  readonly #events: ScreenEvents;

  constructor(output: ScreenOutput, input: ScreenInput, events: ScreenEvents) {
    this.#output = output;
    this.#input = input;
    this.#events = events;
    output.write(ENTER);
    output.on('resize', this.#onResize);
    if (input.isTTY !== true) return;
    input.setRawMode?.(true);
    input.on('data', this.#onKeys);
  }

  get columns(): number {
    return this.#output.columns ?? COLUMNS_DEFAULT;
  }

  get rows(): number {
    return this.#output.rows ?? ROWS_DEFAULT;
  }

  /** Shows these lines and nothing else, without a flicker: each line is written over, and the rest wiped. */
  show(lines: readonly string[]): void {
    this.#output.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`);
  }

  [Symbol.dispose](): void {
    this.#output.off('resize', this.#onResize);
    this.#output.write(LEAVE);
    if (this.#input.isTTY !== true) return;
    this.#input.off('data', this.#onKeys);
    this.#input.setRawMode?.(false);
    this.#input.pause();
  }

  readonly #onResize = (): void => this.#events.resized();

  readonly #onKeys = (keys: Buffer): void => {
    if (QUIT_KEYS.some((key) => keys.includes(key))) this.#events.quit();
  };
}

/** The timing of one streamed answer, in the field's terms. */
export interface TokenTiming {
  readonly outputTokens: number;
  /** TTFT: request received to first output. */
  readonly timeToFirstTokenMs: number | undefined;
  /** TPOT: (last output - first output) / (output tokens - 1). Undefined below two tokens. */
  readonly timePerOutputTokenMs: number | undefined;
  /** ITL: the largest gap between two outputs; the stall that a mean hides. */
  readonly interTokenLatencyMaxMs: number | undefined;
  /** E2E: request received to last output; 0 while there is none. */
  readonly endToEndLatencyMs: number;
}

/** Gaps kept for one answer: 128 KiB as 32-bit floats, more than nearly every answer is long. */
export const GAPS_KEPT_MAX = 32_768;

/** Room of the first array of gaps: 64 bytes, which V8 still keeps inside its heap, at a tenth of the cost. */
const GAPS_FIRST = 16;

/** An array of gaps that is full is followed by one so many times its size. */
const GAPS_GROWTH = 4;

/**
 * Notes when each output of one answer came. `output` is called per token and allocates nothing
 * but a larger array, six times in a life at most. Past `GAPS_KEPT_MAX` gaps the counts, the
 * ends and the largest gap go on, and single gaps are kept no longer.
 */
export class TokenTimer {
  readonly receivedMs: number;
  #outputs = 0;
  #tokens = 0;
  #firstMs = 0;
  #lastMs = 0;
  #gapMaxMs = 0;
  #gaps: Float32Array | undefined;
  #gapTokens: Uint32Array | undefined;

  /** Starts at `receivedMs`, on the same monotonic clock as every later `atMs`. */
  constructor(receivedMs: number) {
    this.receivedMs = receivedMs;
  }

  /** Notes one output of `count` tokens (0 or more) at `atMs`. A time before the last one counts as the last one. */
  output(atMs: number, count = 1): void {
    const index = this.#outputs - 1;
    this.#outputs = index + 2;
    this.#tokens += count;
    if (index < 0) {
      this.#firstMs = atMs;
      this.#lastMs = atMs;
      return;
    }
    const gapMs = atMs > this.#lastMs ? atMs - this.#lastMs : 0;
    this.#lastMs += gapMs;
    if (gapMs > this.#gapMaxMs) this.#gapMaxMs = gapMs;
    if (index < GAPS_KEPT_MAX) this.#keep(index, gapMs, count);
  }

  /** Outputs noted, whatever number of tokens each held. */
  get outputs(): number {
    return this.#outputs;
  }

  /** Tokens noted: the sum of all counts. */
  get tokens(): number {
    return this.#tokens;
  }

  /** When the first output came; `undefined` while there is none. */
  get firstOutputMs(): number | undefined {
    return this.#outputs === 0 ? undefined : this.#firstMs;
  }

  /** When the last output came; `undefined` while there is none. */
  get lastOutputMs(): number | undefined {
    return this.#outputs === 0 ? undefined : this.#lastMs;
  }

  /** Gaps between outputs in milliseconds, first gap first, at most `GAPS_KEPT_MAX`: a view, not a copy. */
  gaps(): Float32Array {
    return this.#gaps?.subarray(0, this.#gapsKept()) ?? NO_GAPS;
  }

  /** Tokens of the output that ended each gap; `undefined` where every output held exactly one. */
  gapTokens(): Uint32Array | undefined {
    return this.#gapTokens?.subarray(0, this.#gapsKept());
  }

  /** The figures so far. `outputTokens` is the engine's own count where it told one. */
  timing(outputTokens: number = this.#tokens): TokenTiming {
    const began = this.#outputs > 0;
    const spanMs = this.#lastMs - this.#firstMs;
    return {
      outputTokens,
      timeToFirstTokenMs: began ? this.#firstMs - this.receivedMs : undefined,
      timePerOutputTokenMs: began && outputTokens > 1 ? spanMs / (outputTokens - 1) : undefined,
      interTokenLatencyMaxMs: this.#outputs > 1 ? this.#gapMaxMs : undefined,
      endToEndLatencyMs: began ? this.#lastMs - this.receivedMs : 0,
    };
  }

  #gapsKept(): number {
    return Math.min(Math.max(this.#outputs - 1, 0), GAPS_KEPT_MAX);
  }

  #keep(index: number, gapMs: number, count: number): void {
    let gaps = this.#gaps;
    if (gaps === undefined || index === gaps.length) gaps = this.#grow();
    gaps[index] = gapMs;
    if (this.#gapTokens !== undefined) this.#gapTokens[index] = count;
    else if (count !== 1) this.#countTokens(index, count);
  }

  #grow(): Float32Array {
    const grown = new Float32Array(
      this.#gaps === undefined
        ? GAPS_FIRST
        : Math.min(this.#gaps.length * GAPS_GROWTH, GAPS_KEPT_MAX),
    );
    if (this.#gaps !== undefined) grown.set(this.#gaps);
    this.#gaps = grown;
    if (this.#gapTokens !== undefined) {
      const tokens = new Uint32Array(grown.length);
      tokens.set(this.#gapTokens);
      this.#gapTokens = tokens;
    }
    return grown;
  }

  // Most engines send one token an output: the second array comes with the first exception.
  #countTokens(index: number, count: number): void {
    const tokens = new Uint32Array(this.#gaps?.length ?? GAPS_FIRST);
    tokens.fill(1, 0, index);
    tokens[index] = count;
    this.#gapTokens = tokens;
  }
}

const NO_GAPS = new Float32Array(0);

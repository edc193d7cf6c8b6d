/** One open request as the KV cache sees it. `outputTokens` may change between two readings. */
export interface KvHolder {
  /** Prompt tokens whose KV is its own: those that it found in the cache are there once for all. */
  readonly uncachedTokens: number;
  readonly expectedOutputTokens: number;
  readonly outputTokens: number;
}

/** A request that outlives its expectation is taken to end with its next token. */
const REMAINING_TOKENS_MIN = 1;

/**
 * The largest KV occupancy that a set of requests reaches if all decode in step and each runs to
 * its expected end. Occupancy only falls when a request ends, so the peak is the largest, over each
 * request j, of the sum over those still running when j ends of (KV now + tokens until then).
 *
 * With holders in falling order of remaining tokens, `kvSums[j]` the KV tokens of the first j and
 * `r[j]` what holder j still has to make, that sum is `kvSums[j + 1] + (j + 1) * r[j]`. One more
 * holder leaves the sums of those that outlive it as they are and adds itself to the others; so
 * one reading of n holders answers any number of "and with this one?" in O(log n) each.
 */
export class KvForecast {
  /** In falling order of remaining tokens as of the last reading; latest comers at the end. */
  readonly #holders: KvHolder[] = [];
  #remaining: Float64Array = new Float64Array(16);
  #kvSums: Float64Array = new Float64Array(17);
  /** `[j]`: the peak among the ends of the first j holders. */
  #peaksOfFirst: Float64Array = new Float64Array(17);
  /** `[j]`: the peak among the ends of holders j and later, if each ran beside one more of no KV. */
  #peaksOfRest: Float64Array = new Float64Array(17);
  #isRead = true;

  /** Counts one more holder. */
  add(holder: KvHolder): void {
    this.#holders.push(holder);
    this.#isRead = false;
  }

  /** Forgets a holder that was added. */
  remove(holder: KvHolder): void {
    const index = this.#holders.indexOf(holder);
    if (index < 0) return;
    this.#holders.splice(index, 1);
    this.#isRead = false;
  }

  /** Makes the next question read every holder's progress again. */
  forget(): void {
    this.#isRead = false;
  }

  /** KV tokens held at the last reading. */
  get kvTokens(): number {
    this.#read();
    return at(this.#kvSums, this.#holders.length);
  }

  /** The peak of those counted; 0 for none. */
  get peak(): number {
    this.#read();
    return at(this.#peaksOfFirst, this.#holders.length);
  }

  /** The peak if one more request began to decode beside those counted. */
  peakWith(uncachedTokens: number, expectedOutputTokens: number): number {
    this.#read();
    const remaining = Math.max(expectedOutputTokens, REMAINING_TOKENS_MIN);
    const outliving = this.#countOutliving(remaining);
    const atItsEnd = at(this.#kvSums, outliving) + uncachedTokens + (outliving + 1) * remaining;
    const atEarlierEnds = uncachedTokens + at(this.#peaksOfRest, outliving);
    return Math.max(at(this.#peaksOfFirst, outliving), atItsEnd, atEarlierEnds);
  }

  /** How many holders have more than `remaining` tokens left. */
  #countOutliving(remaining: number): number {
    let low = 0;
    let high = this.#holders.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (at(this.#remaining, middle) > remaining) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #read(): void {
    if (this.#isRead) return;
    this.#isRead = true;
    this.#makeRoom(this.#holders.length);
    this.#sort();
    this.#sum();
  }

  /** By insertion: from one reading to the next hardly anything changes places. */
  #sort(): void {
    const holders = this.#holders;
    const remaining = this.#remaining;
    for (let index = 0; index < holders.length; index++) {
      const holder = holders[index];
      if (holder === undefined) break;
      const left = remainingTokens(holder);
      let place = index;
      for (; place > 0 && at(remaining, place - 1) < left; place--) {
        remaining[place] = at(remaining, place - 1);
        holders[place] = holders[place - 1] ?? holder;
      }
      remaining[place] = left;
      if (place !== index) holders[place] = holder;
    }
  }

  #sum(): void {
    const holders = this.#holders;
    const count = holders.length;
    const remaining = this.#remaining;
    const kvSums = this.#kvSums;
    const peaksOfFirst = this.#peaksOfFirst;
    const peaksOfRest = this.#peaksOfRest;
    let sum = 0;
    let peak = 0;
    for (let index = 0; index < count; index++) {
      const holder = holders[index];
      if (holder === undefined) break;
      sum += holder.uncachedTokens + holder.outputTokens;
      const atEnd = sum + (index + 1) * at(remaining, index);
      if (atEnd > peak) peak = atEnd;
      kvSums[index + 1] = sum;
      peaksOfFirst[index + 1] = peak;
    }
    peak = 0;
    peaksOfRest[count] = 0;
    for (let index = count - 1; index >= 0; index--) {
      const atEnd = at(kvSums, index + 1) + (index + 2) * at(remaining, index);
      if (atEnd > peak) peak = atEnd;
      peaksOfRest[index] = peak;
    }
  }

  #makeRoom(count: number): void {
    if (count <= this.#remaining.length) return;
    const room = 2 * count;
    this.#remaining = new Float64Array(room);
    this.#kvSums = new Float64Array(room + 1);
    this.#peaksOfFirst = new Float64Array(room + 1);
    this.#peaksOfRest = new Float64Array(room + 1);
  }
}

function remainingTokens(holder: KvHolder): number {
  const remaining = holder.expectedOutputTokens - holder.outputTokens;
  return remaining < REMAINING_TOKENS_MIN ? REMAINING_TOKENS_MIN : remaining;
}

/** Indices here are always within bounds; the compiler cannot know. */
function at(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}

/** One open request as the KV cache sees it. Whoever changes `outputTokens` says so: `moved`. */
export interface KvHolder {
  /** Prompt tokens whose KV is its own: those that it found in the cache are there once for all. */
  readonly uncachedTokens: number;
  readonly expectedOutputTokens: number;
  readonly outputTokens: number;
  /** Output tokens at the last reading; the forecast's own note. */
  readTokens: number;
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
 *
 * A reading is kept while streams move on: as long as all decode in step the peak stays the same. Those
 * who come, go or expect something else change their own place in it at once.
 */
export class KvForecast {
  /** In falling order of remaining tokens as of the last reading. */
  readonly #holders: KvHolder[] = [];
  #remaining: Float64Array = new Float64Array(16);
  #kvTokens: Float64Array = new Float64Array(16);
  #kvSums: Float64Array = new Float64Array(17);
  /** `[j]`: the peak among the ends of the first j holders. */
  #peaksOfFirst: Float64Array = new Float64Array(17);
  /** `[j]`: the peak among the ends of holders j and later, if each ran beside one more of no KV. */
  #peaksOfRest: Float64Array = new Float64Array(17);
  /** The most that one holder has moved since it was read, in tokens. */
  #movedTokens = 0;
  #peak = 0;
  #isRead = true;
  #isSummed = true;

  /** Counts one more holder. */
  add(holder: KvHolder): void {
    const holders = this.#holders;
    this.#makeRoom(holders.length + 1);
    const remaining = remainingTokens(holder);
    const place = this.#countOutliving(remaining);
    this.#remaining.copyWithin(place + 1, place, holders.length);
    this.#kvTokens.copyWithin(place + 1, place, holders.length);
    holders.splice(place, 0, holder);
    this.#note(place, holder, remaining);
    this.#isSummed = false;
  }

  /** Forgets a holder that was added. */
  remove(holder: KvHolder): void {
    const place = this.#holders.indexOf(holder);
    if (place < 0) return;
    this.#remaining.copyWithin(place, place + 1, this.#holders.length);
    this.#kvTokens.copyWithin(place, place + 1, this.#holders.length);
    this.#holders.splice(place, 1);
    this.#isSummed = false;
  }

  /** Notes that a holder has made tokens, and expects as many in the end as before. */
  moved({ outputTokens, readTokens }: KvHolder): void {
    const tokens = Math.abs(outputTokens - readTokens);
    if (tokens > this.#movedTokens) this.#movedTokens = tokens;
  }

  /** Makes the next question read the progress of every holder that may have moved. */
  forget(): void {
    if (this.#movedTokens > 0) this.#isRead = false;
  }

  /** The peak of those counted, as of the last reading; 0 for none. */
  get peak(): number {
    this.#look();
    return this.#peak;
  }

  /** The peak if one more request began to decode beside those counted, as of the last reading. */
  peakWith(uncachedTokens: number, expectedOutputTokens: number): number {
    this.#look();
    const remaining = Math.max(expectedOutputTokens, REMAINING_TOKENS_MIN);
    const outliving = this.#countOutliving(remaining);
    const atItsEnd = at(this.#kvSums, outliving) + uncachedTokens + (outliving + 1) * remaining;
    const atEarlierEnds = uncachedTokens + at(this.#peaksOfRest, outliving);
    return Math.max(at(this.#peaksOfFirst, outliving), atItsEnd, atEarlierEnds);
  }

  /**
   * Whether the peak with one more is at most `kvTokens`, as of now: reads anew only where what has moved
   * since the last reading could change the answer. Where no holder has moved by more than d tokens, each
   * that runs at some moment ran d tokens before as well, and held at most 2 d tokens less or more: no
   * peak of n holders differs by more than 2 n d.
   */
  fits(uncachedTokens: number, expectedOutputTokens: number, kvTokens: number): boolean {
    this.#look();
    const margin = 2 * (this.#holders.length + 1) * this.#movedTokens;
    const remaining = Math.max(expectedOutputTokens, REMAINING_TOKENS_MIN);
    // Most have room for even the sum of both peaks, and need not be looked through.
    if (this.#peak + uncachedTokens + remaining + margin <= kvTokens) return true;
    const kept = this.peakWith(uncachedTokens, expectedOutputTokens);
    if (Math.abs(kept - kvTokens) > margin || margin === 0) return kept <= kvTokens;
    this.forget();
    return this.peakWith(uncachedTokens, expectedOutputTokens) <= kvTokens;
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

  #look(): void {
    if (!this.#isRead) this.#read();
    if (!this.#isSummed) this.#sum();
  }

  /** Sorts by insertion: from one reading to the next hardly anything changes places. */
  #read(): void {
    const holders = this.#holders;
    const remaining = this.#remaining;
    const kvTokens = this.#kvTokens;
    this.#movedTokens = 0;
    for (let index = 0; index < holders.length; index++) {
      const holder = holders[index];
      if (holder === undefined) break;
      const left = remainingTokens(holder);
      let place = index;
      for (; place > 0 && at(remaining, place - 1) < left; place--) {
        remaining[place] = at(remaining, place - 1);
        kvTokens[place] = at(kvTokens, place - 1);
        holders[place] = holders[place - 1] ?? holder;
      }
      if (place !== index) holders[place] = holder;
      this.#note(place, holder, left);
    }
    this.#isRead = true;
    this.#isSummed = false;
  }

  #note(place: number, holder: KvHolder, remaining: number): void {
    this.#remaining[place] = remaining;
    this.#kvTokens[place] = holder.uncachedTokens + holder.outputTokens;
    holder.readTokens = holder.outputTokens;
  }

  #sum(): void {
    const count = this.#holders.length;
    const remaining = this.#remaining;
    const kvTokens = this.#kvTokens;
    const kvSums = this.#kvSums;
    const peaksOfFirst = this.#peaksOfFirst;
    const peaksOfRest = this.#peaksOfRest;
    let sum = 0;
    let peak = 0;
    for (let index = 0; index < count; index++) {
      sum += at(kvTokens, index);
      const atEnd = sum + (index + 1) * at(remaining, index);
      if (atEnd > peak) peak = atEnd;
      kvSums[index + 1] = sum;
      peaksOfFirst[index + 1] = peak;
    }
    this.#peak = peak;
    peak = 0;
    peaksOfRest[count] = 0;
    for (let index = count - 1; index >= 0; index--) {
      const atEnd = at(kvSums, index + 1) + (index + 2) * at(remaining, index);
      if (atEnd > peak) peak = atEnd;
      peaksOfRest[index] = peak;
    }
    this.#isSummed = true;
  }

  /** What is noted of each holder is kept; sums are made anew. */
  #makeRoom(count: number): void {
    if (count <= this.#remaining.length) return;
    const room = 2 * count;
    this.#remaining = grown(this.#remaining, room);
    this.#kvTokens = grown(this.#kvTokens, room);
    this.#kvSums = new Float64Array(room + 1);
    this.#peaksOfFirst = new Float64Array(room + 1);
    this.#peaksOfRest = new Float64Array(room + 1);
  }
}

function grown(values: Float64Array, length: number): Float64Array {
  const wider = new Float64Array(length);
  wider.set(values);
  return wider;
}

function remainingTokens(holder: KvHolder): number {
  const remaining = holder.expectedOutputTokens - holder.outputTokens;
  return remaining < REMAINING_TOKENS_MIN ? REMAINING_TOKENS_MIN : remaining;
}

/** Indices here are always within bounds; the compiler cannot know. */
function at(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}

/** A request that outlives its expectation is taken to end with its next token. */
const REMAINING_TOKENS_MIN = 1;

/** Holders that there is room for at first; the room doubles as it is needed. */
const ROOM = 16;

/** What is known of a holder, in `#held` at four times its number. */
const HELD = 4;
const UNCACHED = 0;
const EXPECTED = 1;
const OUTPUT = 2;
/** Its output as of the last reading. */
const READ = 3;

/** What is reckoned for the first j holders, in `#ends` at three times j. */
const ENDS = 3;
/** Their KV tokens. */
const KV_SUM = 0;
/** The peak among their ends. */
const PEAK_OF_FIRST = 1;
/** The peak among the ends of the others, if each ran beside one more of no KV. */
const PEAK_OF_REST = 2;

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
 * who come, go or expect something else change their own place in it at once. All is in flat lists, since
 * a fleet has hundreds of thousands of holders and most are not in the processor's cache.
 */
export class KvForecast {
  #count = 0;
  /** Numbers of the holders, in falling order of remaining tokens as of the last reading; then those that are free. */
  #order: Int32Array = Int32Array.from({ length: ROOM }, (_, number) => number);
  #held: Float64Array = new Float64Array(HELD * ROOM);
  #remaining: Float64Array = new Float64Array(ROOM);
  #ends: Float64Array = new Float64Array(ENDS * (ROOM + 1));
  #peak = 0;
  /** The most that one holder has moved since it was read, in tokens. */
  #movedTokens = 0;
  #isRead = true;
  #isPeakFound = true;
  #isSummed = true;

  /** Counts one more holder, and gives the number by which it is known until it is removed. */
  add(uncachedTokens: number, expectedOutputTokens: number): number {
    if (this.#count === this.#order.length) this.#widen();
    const number = this.#order[this.#count] ?? 0;
    const held = this.#held;
    const own = HELD * number;
    held[own + UNCACHED] = uncachedTokens;
    held[own + EXPECTED] = expectedOutputTokens;
    held[own + OUTPUT] = 0;
    this.#insert(number);
    return number;
  }

  /** Forgets a holder, once. */
  remove(holder: number): void {
    const place = this.#order.indexOf(holder);
    // The numbers that are free stand behind those that are taken.
    if (place < 0 || place >= this.#count) throw new RangeError(`holder ${holder} is not there`);
    this.#count -= 1;
    this.#order.copyWithin(place, place + 1, this.#count + 1);
    this.#remaining.copyWithin(place, place + 1, this.#count + 1);
    this.#order[this.#count] = holder;
    this.#isPeakFound = false;
  }

  /** Takes in how many tokens a holder has made. */
  moved(holder: number, outputTokens: number): void {
    const held = this.#held;
    const own = HELD * holder;
    held[own + OUTPUT] = outputTokens;
    const tokens = Math.abs(outputTokens - at(held, own + READ));
    if (tokens > this.#movedTokens) this.#movedTokens = tokens;
  }

  /** Takes in how many tokens a holder will have made in the end. */
  expects(holder: number, expectedOutputTokens: number): void {
    this.remove(holder);
    this.#held[HELD * holder + EXPECTED] = expectedOutputTokens;
    this.#insert(holder);
  }

  /** Makes the next question read the progress of every holder that may have moved. */
  forget(): void {
    if (this.#movedTokens > 0) this.#isRead = false;
  }

  /** The peak of those counted, as of the last reading; 0 for none. */
  get peak(): number {
    this.#readForgotten();
    return this.#keptPeak();
  }

  /**
   * The peak if one more request began to decode beside those counted, as of the last reading. Up to
   * `roughTokens` the sum of both peaks stands for it, which is never less and needs no search.
   */
  peakWith(uncachedTokens: number, expectedOutputTokens: number, roughTokens = 0): number {
    this.#readForgotten();
    const remaining = Math.max(expectedOutputTokens, REMAINING_TOKENS_MIN);
    const sum = this.#keptPeak() + uncachedTokens + remaining;
    if (sum <= roughTokens) return sum;
    return Math.max(this.#exactPeakWith(uncachedTokens, remaining), roughTokens);
  }

  /** Whether the peak with one more is at most `kvTokens`, as of now: reads anew only where that could matter. */
  fits(uncachedTokens: number, expectedOutputTokens: number, kvTokens: number): boolean {
    const margin = this.#marginTokens;
    const remaining = Math.max(expectedOutputTokens, REMAINING_TOKENS_MIN);
    // Most have room for even the sum of both peaks, and need not be looked through.
    if (this.#keptPeak() + uncachedTokens + remaining + margin <= kvTokens) return true;
    const kept = this.#exactPeakWith(uncachedTokens, remaining);
    if (Math.abs(kept - kvTokens) > margin || margin === 0) return kept <= kvTokens;
    this.#read();
    return this.#exactPeakWith(uncachedTokens, remaining) <= kvTokens;
  }

  /**
   * By how much the peak with one more can differ from that of the last reading. Where no holder has moved
   * by more than d tokens, each that runs at some moment ran d tokens before as well, and held at most 2 d
   * tokens less or more: no peak of n holders differs by more than 2 n d.
   */
  get #marginTokens(): number {
    return 2 * (this.#count + 1) * this.#movedTokens;
  }

  #exactPeakWith(uncachedTokens: number, remaining: number): number {
    if (!this.#isPeakFound || !this.#isSummed) this.#sum();
    const outliving = this.#countOutliving(remaining);
    const ends = this.#ends;
    const end = ENDS * outliving;
    const atItsEnd = at(ends, end + KV_SUM) + uncachedTokens + (outliving + 1) * remaining;
    const atEarlierEnds = uncachedTokens + at(ends, end + PEAK_OF_REST);
    return Math.max(at(ends, end + PEAK_OF_FIRST), atItsEnd, atEarlierEnds);
  }

  /** How many holders have more than `remaining` tokens left. */
  #countOutliving(remaining: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (at(this.#remaining, middle) > remaining) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Gives one its place among the others as they were read. */
  #insert(holder: number): void {
    const remaining = remainingTokens(this.#held, holder);
    const place = this.#countOutliving(remaining);
    this.#order.copyWithin(place + 1, place, this.#count);
    this.#remaining.copyWithin(place + 1, place, this.#count);
    this.#order[place] = holder;
    this.#remaining[place] = remaining;
    this.#held[HELD * holder + READ] = at(this.#held, HELD * holder + OUTPUT);
    this.#count += 1;
    this.#isPeakFound = false;
  }

  #readForgotten(): void {
    if (!this.#isRead) this.#read();
  }

  #keptPeak(): number {
    if (!this.#isPeakFound) this.#findPeak();
    return this.#peak;
  }

  /** Sorts by insertion: from one reading to the next hardly anything changes places. */
  #read(): void {
    const order = this.#order;
    const held = this.#held;
    const remaining = this.#remaining;
    for (let index = 0; index < this.#count; index++) {
      const holder = order[index] ?? 0;
      const left = remainingTokens(held, holder);
      held[HELD * holder + READ] = at(held, HELD * holder + OUTPUT);
      let place = index;
      for (; place > 0 && at(remaining, place - 1) < left; place--) {
        remaining[place] = at(remaining, place - 1);
        order[place] = order[place - 1] ?? 0;
      }
      remaining[place] = left;
      order[place] = holder;
    }
    this.#movedTokens = 0;
    this.#isRead = true;
    this.#isPeakFound = false;
  }

  #findPeak(): void {
    const order = this.#order;
    const held = this.#held;
    const remaining = this.#remaining;
    let sum = 0;
    let peak = 0;
    for (let index = 0; index < this.#count; index++) {
      sum += kvTokens(held, order[index] ?? 0);
      const atEnd = sum + (index + 1) * at(remaining, index);
      if (atEnd > peak) peak = atEnd;
    }
    this.#peak = peak;
    this.#isPeakFound = true;
    this.#isSummed = false;
  }

  /** Only for whom the peak alone does not tell enough. */
  #sum(): void {
    const count = this.#count;
    const held = this.#held;
    const remaining = this.#remaining;
    const ends = this.#ends;
    let sum = 0;
    let peak = 0;
    for (let index = 0; index < count; index++) {
      sum += kvTokens(held, this.#order[index] ?? 0);
      const atEnd = sum + (index + 1) * at(remaining, index);
      if (atEnd > peak) peak = atEnd;
      ends[ENDS * (index + 1) + KV_SUM] = sum;
      ends[ENDS * (index + 1) + PEAK_OF_FIRST] = peak;
    }
    this.#peak = peak;
    this.#isPeakFound = true;
    peak = 0;
    ends[ENDS * count + PEAK_OF_REST] = 0;
    for (let index = count - 1; index >= 0; index--) {
      const kvSum = at(ends, ENDS * (index + 1) + KV_SUM);
      const atEnd = kvSum + (index + 2) * at(remaining, index);
      if (atEnd > peak) peak = atEnd;
      ends[ENDS * index + PEAK_OF_REST] = peak;
    }
    this.#isSummed = true;
  }

  #widen(): void {
    const room = 2 * this.#count;
    const order = Int32Array.from({ length: room }, (_, number) => number);
    order.set(this.#order);
    this.#order = order;
    this.#held = widened(this.#held, HELD * room);
    this.#remaining = widened(this.#remaining, room);
    this.#ends = widened(this.#ends, ENDS * (room + 1));
  }
}

function widened(values: Float64Array, length: number): Float64Array {
  const wider = new Float64Array(length);
  wider.set(values);
  return wider;
}

/** Of its own, as of the last reading. */
function kvTokens(held: Float64Array, holder: number): number {
  const own = HELD * holder;
  return at(held, own + UNCACHED) + at(held, own + READ);
}

function remainingTokens(held: Float64Array, holder: number): number {
  const own = HELD * holder;
  const remaining = at(held, own + EXPECTED) - at(held, own + OUTPUT);
  return remaining < REMAINING_TOKENS_MIN ? REMAINING_TOKENS_MIN : remaining;
}

/** Indices here are always within bounds; the compiler cannot know. */
function at(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}

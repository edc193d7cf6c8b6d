/** Reads anew how far its streams have come. */
export interface Forecaster {
  refresh(): void;
}

/**
 * A forecast prices a replica for so long: about three decode steps. In that time its streams make three
 * tokens each, some six hundred of two hundred streams, where a KV cache holds about a thousand times that.
 */
const FORECAST_AGE_MS_MAX = 50;

/**
 * Has the forecasts of a fleet read anew in turn, a few at a time, so that no decision waits for all of
 * them, and none is as old as `FORECAST_AGE_MS_MAX` when it is asked.
 */
export class ForecastRota {
  readonly #forecasters: readonly Forecaster[];
  #next = 0;
  #dueMs = -Infinity;

  /** Whose forecasts are read; nobody's has been yet. */
  constructor(forecasters: readonly Forecaster[]) {
    this.#forecasters = forecasters;
  }

  /** Refreshes those whose turn has come since the last call. Time never runs back. */
  passTime(nowMs: number): void {
    const count = this.#forecasters.length;
    const betweenMs = FORECAST_AGE_MS_MAX / count;
    for (let turns = 0; turns < count && this.#dueMs <= nowMs; turns++) {
      this.#forecasters[this.#next]?.refresh();
      this.#next = (this.#next + 1) % count;
      this.#dueMs += betweenMs;
    }
    // All have been read just now, and are due once more in as long.
    if (this.#dueMs <= nowMs) this.#dueMs = nowMs + betweenMs;
  }
}

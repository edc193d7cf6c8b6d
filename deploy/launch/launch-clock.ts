/** Time as the launcher sees it, handed in so that its waits can be tested. */
export interface LaunchClock {
  /** Monotonic milliseconds since an arbitrary start. */
  nowMs(): number;
  /** Milliseconds since 1970, for people. */
  wallMs(): number;
  /** Runs `task` once, `delayMs` from the present, unless the result is called before. */
  after(delayMs: number, task: () => void): () => void;
}

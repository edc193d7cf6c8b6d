import type { Clock } from '../clock.ts';
import type { PostPage, ReadPage } from '../engines/catalog.ts';

/** How often replicas are looked at, and what it takes to go out and to come back. */
export interface WatchLimits {
  readonly loadIntervalMs: number;
  readonly loadTimeoutMs: number;
  readonly healthIntervalMs: number;
  readonly healthTimeoutMs: number;
  /** Failures in a row: of health checks, of load polls, or of the data path, each counted by itself. */
  readonly failuresMax: number;
  readonly successesMin: number;
  readonly retryMsMax: number;
  /** Longest time that a replica is left out at once for what it does to requests, though its checks go well. */
  readonly ejectionMsMax: number;
}

/** What one replica is looked at with. */
export interface WatchTerms {
  readonly clock: Clock;
  readonly readPage: ReadPage;
  readonly postPage: PostPage;
  readonly limits: WatchLimits;
  /** Told of a look that broke on a bug of ours. */
  readonly crashed?: ((error: unknown) => void) | undefined;
}

import type { WatchLimits, WatchTerms } from '../../gateway/discovery/watch-terms.ts';
import type { PostPage, ReadPage } from '../../gateway/engines/catalog.ts';
import { ManualClock } from './clock.ts';

/** Limits of round numbers. */
export const watchLimits: WatchLimits = {
  loadIntervalMs: 100,
  loadTimeoutMs: 300,
  healthIntervalMs: 1_000,
  healthTimeoutMs: 2_000,
  failuresMax: 3,
  successesMin: 1,
  retryMsMax: 5_000,
  ejectionMsMax: 30_000,
};

/** A clock that stands still, and pages to be looked at. */
export function watchTerms(
  readPage: ReadPage,
  limits: Partial<WatchLimits> = {},
  postPage: PostPage = (path, _json, signal) => readPage(path, signal),
): WatchTerms & { readonly clock: ManualClock } {
  return { clock: new ManualClock(), readPage, postPage, limits: { ...watchLimits, ...limits } };
}

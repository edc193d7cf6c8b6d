import type { Clock } from '../../clock.ts';
import type { FetchText } from '../../wire/text-client.ts';
import { ChildError } from './child.ts';

/** A gateway probes its replicas within milliseconds of their start; this is for a very busy machine. */
const READY_MS_MAX = 20_000;
const INTERVAL_MS = 25;
const PAGE_MS_MAX = 2000;

/** Resolves when the gateway at `url` says that it can serve; rejects with a `ChildError` when it never does. */
export async function untilReady(url: string, fetchText: FetchText, clock: Clock): Promise<void> {
  const endMs = clock.nowMs() + READY_MS_MAX;
  while (!(await isReady(url, fetchText))) {
    if (clock.nowMs() >= endMs) throw new ChildError('the gateway found no replica ready in time');
    await new Promise<void>((resolve) => {
      clock.after(INTERVAL_MS, resolve);
    });
  }
}

async function isReady(url: string, fetchText: FetchText): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PAGE_MS_MAX);
    const { status } = await fetchText(`${url}/ready`, { headers: {}, signal });
    return status === 200;
  } catch {
    // Asked again until the time is up.
    return false;
  }
}

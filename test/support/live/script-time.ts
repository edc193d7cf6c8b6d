import type { Page } from 'playwright-core';

/** Script of a page by frame, in milliseconds. */
export interface ScriptTime {
  readonly frames: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly longestMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur?: number;
  /** Time of the thread itself: what others took from the processor in between is left out. */
  readonly tdur?: number;
  readonly tid: number;
}

/** What runs a page's own code; the others of a trace run inside these, or are the browser's. */
const SCRIPT = new Set(['FunctionCall', 'EvaluateScript', 'RunMicrotasks', 'FireAnimationFrame']);

/** Length of a frame at 60 a second. */
const FRAME_US = 1_000_000 / 60;

/** How long a page's scripts run in each sixtieth of a second, by the browser's own trace of `seconds`. */
export async function scriptTime(page: Page, seconds: number): Promise<ScriptTime> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    events.push(...(value as unknown as TraceEvent[]));
  });
  const complete = new Promise<void>((resolve) =>
    session.once('Tracing.tracingComplete', () => resolve()),
  );
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      includedCategories: [
        'devtools.timeline',
        'v8.execute',
        'disabled-by-default-devtools.timeline',
      ],
    },
  });
  await page.waitForTimeout(seconds * 1_000);
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  return byFrame(
    events.filter(({ name, ph }) => ph === 'X' && SCRIPT.has(name)),
    seconds,
  );
}

function byFrame(events: readonly TraceEvent[], seconds: number): ScriptTime {
  const outer = outermost(events);
  const startUs = outer[0]?.ts ?? 0;
  const frames = new Float64Array(Math.ceil((seconds * 1_000_000) / FRAME_US) + 60);
  for (const { ts, dur = 0, tdur = dur } of outer) {
    const frame = Math.floor((ts - startUs) / FRAME_US);
    if (frame < frames.length) frames[frame] = (frames[frame] ?? 0) + tdur / 1_000;
  }
  const busy = frames.slice(0, Math.ceil((seconds * 1_000_000) / FRAME_US)).toSorted();
  const at = (share: number): number => busy[Math.floor((busy.length - 1) * share)] ?? 0;
  return { frames: busy.length, medianMs: at(0.5), p95Ms: at(0.95), longestMs: at(1) };
}

/** A call within a call is counted once. */
function outermost(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const found: TraceEvent[] = [];
  const endOf = new Map<number, number>();
  for (const event of events.toSorted((one, other) => one.ts - other.ts)) {
    if (event.ts < (endOf.get(event.tid) ?? 0)) continue;
    endOf.set(event.tid, event.ts + (event.dur ?? 0));
    found.push(event);
  }
  return found;
}

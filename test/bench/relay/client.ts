/** The load: streams that are read to their end, or short requests in a closed loop. */
import { Pool } from 'undici';

/** Times of one measured load, in milliseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly tokens: number;
  readonly seconds: number;
  readonly firstTokenMs: readonly number[];
  readonly gapMs: readonly number[];
}

/** How the streams are. */
export interface StreamLoad {
  readonly streams: number;
  /** Tokens a second of each. */
  readonly rate: number;
  readonly tokens: number;
  readonly promptBytes: number;
}

/** Keep-alive connections to what is measured, as a client library holds them. */
export function connect(url: string): Pool {
  return new Pool(url, {
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 60_000,
  });
}

/** Starts the streams spread evenly over one token interval, and reads them all. */
export async function runStreams(pool: Pool, load: StreamLoad): Promise<LoadResult> {
  const firstTokenMs: number[] = [];
  const gapMs: number[] = [];
  let tokens = 0;
  const body = JSON.stringify({
    model: 'bench',
    prompt: 'word '.repeat(Math.ceil(load.promptBytes / 5)),
    max_tokens: load.tokens,
    rate: load.rate,
    stream: true,
  });
  const startMs = performance.now();
  const intervalMs = 1_000 / load.rate;
  const runs = Array.from({ length: load.streams }, async (_, index) => {
    await sleep((intervalMs * index) / load.streams + index * 0.5);
    const sentMs = performance.now();
    let lastMs = 0;
    await send(pool, body, (chunk) => {
      const nowMs = performance.now();
      const events = countEvents(chunk);
      if (lastMs === 0) firstTokenMs.push(nowMs - sentMs);
      else gapMs.push(nowMs - lastMs);
      lastMs = nowMs;
      tokens += events;
    });
  });
  await Promise.all(runs);
  return {
    requests: load.streams,
    tokens,
    seconds: (performance.now() - startMs) / 1_000,
    firstTokenMs,
    gapMs,
  };
}

/** Sends streams of two tokens one after the other for `seconds`, on a warm connection or each on a new one. */
export async function runProbes(url: string, seconds: number, isWarm: boolean): Promise<number[]> {
  const body = JSON.stringify({
    model: 'bench',
    prompt: 'word '.repeat(200),
    max_tokens: 2,
    stream: true,
  });
  const firstTokenMs: number[] = [];
  let pool = connect(url);
  for (const endMs = performance.now() + seconds * 1_000; performance.now() < endMs;) {
    const sentMs = performance.now();
    let firstMs = 0;
    await send(pool, body, () => {
      if (firstMs === 0) firstMs = performance.now();
    });
    firstTokenMs.push(firstMs - sentMs);
    if (isWarm) continue;
    await pool.destroy();
    pool = connect(url);
  }
  await pool.destroy();
  return firstTokenMs.slice(1);
}

/** Sends short plain requests, `connections` at a time, for `seconds`. */
export async function runShort(
  pool: Pool,
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  const body = JSON.stringify({ model: 'bench', prompt: 'word '.repeat(200), max_tokens: 16 });
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  const firstTokenMs: number[] = [];
  const loop = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const sentMs = performance.now();
      await send(pool, body, () => undefined);
      firstTokenMs.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: connections }, loop));
  const took = (performance.now() - startMs) / 1_000;
  return { requests: firstTokenMs.length, tokens: 0, seconds: took, firstTokenMs, gapMs: [] };
}

function send(pool: Pool, body: string, onData: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0;
    pool.dispatch(
      {
        method: 'POST',
        path: '/v1/completions',
        headers: { 'content-type': 'application/json' },
        body,
      },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, statusCode) => void (status = statusCode),
        onResponseData: (_controller, chunk) => onData(chunk),
        onResponseEnd: () => (status === 200 ? resolve() : reject(new Error(`status ${status}`))),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}

function countEvents(chunk: Buffer): number {
  let events = 0;
  for (let at = chunk.indexOf('\n\n'); at !== -1; at = chunk.indexOf('\n\n', at + 2)) events += 1;
  return events;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

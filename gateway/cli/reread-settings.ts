import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

import type { Config } from '../config.ts';
import { UsageError } from './usage-error.ts';
import type { ReaderInput, ReaderOutput } from './settings-reader.ts';

/** Longest time for it. A file of some megabytes takes seconds, one that takes more is not meant. */
const REREAD_MS_MAX = 10_000;

/**
 * Reads the settings again, in a thread of its own: a file that is large or wrong in many places takes seconds, in
 * which no stream must stand still. Rejects with `UsageError`, a line for each thing that is wrong.
 */
export async function rereadSettings(
  input: ReaderInput,
  limitMs: number = REREAD_MS_MAX,
): Promise<Config> {
  const worker = new Worker(readerFile, { workerData: input });
  const timer = setTimeout(() => void worker.terminate(), limitMs);
  try {
    const [output] = (await Promise.race([
      once(worker, 'message'),
      once(worker, 'exit').then(() => [TOO_LONG]),
    ])) as [ReaderOutput];
    if (output.kind === 'read') return output.config;
    throw new UsageError(output.message);
  } finally {
    clearTimeout(timer);
    void worker.terminate();
  }
}

const TOO_LONG: ReaderOutput = {
  kind: 'wrong',
  message: 'the settings could not be read in time',
};

/** Beside these sources as TypeScript, beside what is published as JavaScript. */
const readerFile = new URL(`settings-reader${extname(import.meta.filename)}`, import.meta.url);

import { parentPort, workerData } from 'node:worker_threads';

import type { Override } from '../config.ts';
import type { ServeFlags } from './serve-settings.ts';
import { settingsOf } from './serve-settings.ts';

/** What a reader is started with. */
export interface ReaderInput {
  readonly flags: ServeFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What flags of another command say. */
  readonly more?: readonly Override[];
}

/** What it says before it ends: settings, or all that is wrong with them, line by line. */
export type ReaderOutput =
  | { readonly kind: 'read'; readonly config: ReturnType<typeof settingsOf> }
  | { readonly kind: 'wrong'; readonly message: string };

parentPort?.postMessage(read(workerData as ReaderInput));

function read({ flags, environment, more }: ReaderInput): ReaderOutput {
  try {
    return { kind: 'read', config: settingsOf(flags, environment, more) };
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
}

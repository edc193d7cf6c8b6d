import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import type { Part, Played } from './part.ts';
import { holds } from './part.ts';

/** A part that was played: what it found, when, and on what. */
export interface PartResult extends Played {
  readonly share: number;
  /** Day and minute, UTC. */
  readonly at: string;
  readonly commit: string;
  readonly machine: string;
  readonly tookSeconds: number;
  /** Why there are no figures. */
  readonly failure?: string;
}

/** By the name of their part. */
export type Results = Readonly<Record<string, PartResult>>;

/** Whether everything that was looked at is as it has to be. */
export function passes({ figures, failure }: PartResult): boolean {
  return failure === undefined && figures.every(holds);
}

/** Whether a part needs not be played again at this share. */
export function isDone(results: Results, { name }: Part, share: number): boolean {
  const result = results[name];
  return result !== undefined && result.share >= share && passes(result);
}

/** The results with one more; a smaller run never takes the place of a larger one, whatever became of that. */
export function withResult(results: Results, part: Part, result: PartResult): Results {
  const before = results[part.name];
  if (before !== undefined && before.share > result.share) return results;
  return { ...results, [part.name]: result };
}

/** What a file holds; nothing where there is none. */
export function readResults(file: string): Results {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {};
}

/** Writes them down, so that a run that is stopped goes on where it was. */
export function writeResults(file: string, results: Results): void {
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
}

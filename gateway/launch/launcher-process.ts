import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { LauncherState, RunDir } from '../../deploy/launcher.ts';
import { LauncherClient, LauncherError, prepareRunDir } from '../../deploy/launcher.ts';
import type { Clock } from '../clock.ts';

/** Importing the sources takes a second or two on a busy machine of two cores. */
const START_MS_MAX = 30_000;
const LOOK_MS = 50;

/** The launcher of a directory, and whether this call started it. */
export interface FoundLauncher {
  readonly client: LauncherClient;
  readonly state: LauncherState;
  readonly isNew: boolean;
}

/**
 * Finds the launcher of a directory, or starts one as a process of its own that outlives this one. Rejects, and
 * touches nothing, where the directory is not ours alone.
 */
export async function findLauncher(dir: RunDir, clock: Clock): Promise<FoundLauncher> {
  prepareRunDir(dir);
  const client = new LauncherClient(dir.socket);
  const found = await stateOf(client);
  if (found !== undefined) return { client, state: found, isNew: false };
  const { hasEnded, output } = spawnLauncher(dir);
  const endMs = clock.nowMs() + START_MS_MAX;
  for (;;) {
    const state = await stateOf(client);
    if (state !== undefined) return { client, state, isNew: true };
    if (hasEnded() || clock.nowMs() > endMs) {
      const said = readFileSync(output, 'utf8').trim();
      throw new Error(`the launcher did not come up: ${said === '' ? `see ${output}` : said}`);
    }
    await pause(clock);
  }
}

/** Resolves when the launcher that `client` asks has ended, and its engines with it. */
export async function untilEnded(client: LauncherClient, clock: Clock): Promise<void> {
  while (!(await isGone(client))) await pause(clock);
}

/** One that breaks a connection on its way out is not gone yet. */
async function isGone(client: LauncherClient): Promise<boolean> {
  return client.state().then(
    () => false,
    (error: unknown) => isAbsence(error),
  );
}

async function stateOf(client: LauncherClient): Promise<LauncherState | undefined> {
  try {
    return await client.state();
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof LauncherError && error.isAbsent;
}

async function pause(clock: Clock): Promise<void> {
  await new Promise<void>((resolve) => {
    clock.after(LOOK_MS, resolve);
  });
}

function spawnLauncher({ path }: RunDir): {
  readonly hasEnded: () => boolean;
  readonly output: string;
} {
  // What it says before it has a log of its own, and its last words.
  const output = `${path}/launcher.err`;
  const file = openSync(output, OWN_FILE, 0o600);
  try {
    const child = spawn(process.execPath, [mainFile, 'launcher', '--run-dir', path], {
      detached: true,
      stdio: ['ignore', file, file],
    });
    let hasEnded = false;
    child.once('exit', () => (hasEnded = true));
    child.once('error', () => (hasEnded = true));
    child.unref();
    return { hasEnded: () => hasEnded, output };
  } finally {
    closeSync(file);
  }
}

/** Begun anew, and never by a link, which may lead to any file of ours. */
const OWN_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

/** Beside these sources as TypeScript, beside what is published as JavaScript. */
const mainFile = fileURLToPath(new URL(`../main${extname(import.meta.filename)}`, import.meta.url));

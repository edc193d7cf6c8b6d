import { setTimeout as pause } from 'node:timers/promises';

import { Command } from 'commander';

import type { HouseState } from '../server/live/page/model/request-page.ts';
import { openTextClient } from '../wire/text-client.ts';
import type { AdminPort } from './admin-port.ts';
import { origin } from './arguments.ts';
import { askState } from './ask-state.ts';
import { Interruption } from './interruption.ts';
import { say } from './output.ts';
import { TerminalScreen } from './terminal-screen.ts';
import type { FrameTerms } from './top-frame.ts';
import { topFrame } from './top-frame.ts';
import { UsageError } from './usage-error.ts';

interface TopFlags {
  readonly adminUrl: string;
  readonly adminKey?: string;
  readonly once?: boolean;
}

const CONNECT_MS_MAX = 5_000;
/** A fleet of 1,000 replicas with their models and labels. */
const PAGE_BYTES_MAX = 32 * 2 ** 20;

/** Between two looks; rates are told over a second as well. */
const LOOK_MS = 1_000;

/** Requests that are asked for: more than a terminal has lines. */
const REQUESTS_MAX = 100;
/** Requests of a frame that is printed. */
const REQUESTS_ONCE = 10;

/** Columns where output goes to a file or a pipe. */
const COLUMNS_PLAIN = 120;

/** `gateway top`: the fleet, the queue and the requests of a running gateway, in a terminal. */
export function topCommand(): Command {
  return new Command('top')
    .description(
      'Watch a running gateway: each replica with its KV cache, queue and tokens a second,\n' +
        'who waits, and which requests have been quiet for longest. q quits.',
    )
    .option('--admin-url <url>', "the gateway's admin port", origin, 'http://127.0.0.1:9080')
    .option('--admin-key <key>', 'the admin key; without it GATEWAY_ADMIN_KEY is taken')
    .option('--once', 'print it once, after a second for the rates; so does a pipe')
    .addHelpText('after', '\nExample:\n  gateway top --once')
    .action(top);
}

async function top(flags: TopFlags): Promise<void> {
  const client = openTextClient({ connectMs: CONNECT_MS_MAX, bodyBytesMax: PAGE_BYTES_MAX });
  const port: AdminPort = {
    adminUrl: flags.adminUrl,
    adminKey: flags.adminKey ?? process.env['GATEWAY_ADMIN_KEY'],
    fetchText: client.fetchText,
  };
  try {
    if (flags.once === true || !process.stdout.isTTY) await printOnce(port);
    else await watch(port);
  } finally {
    await client.close();
  }
}

async function printOnce(port: AdminPort): Promise<void> {
  await askState(0, port);
  await pause(LOOK_MS);
  const state = await askState(REQUESTS_ONCE, port);
  const columns = process.stdout.columns ?? COLUMNS_PLAIN;
  say(topFrame(state, { columns, rows: Infinity, hasColours: hasColours() }).join('\n'));
}

async function watch(port: AdminPort): Promise<void> {
  using interruption = new Interruption();
  const ended = new AbortController();
  const signal = AbortSignal.any([interruption.signal, ended.signal]);
  // The first look tells of a wrong address or key in plain words, before the screen is taken.
  let state = await askState(REQUESTS_MAX, port);
  let notice: string | undefined;
  using screen = new TerminalScreen(process.stdout, process.stdin, {
    quit: () => ended.abort(),
    resized: () => draw(),
  });
  function draw(): void {
    const { columns, rows } = screen;
    screen.show(topFrame(state, { columns, rows, hasColours: hasColours(), notice }));
  }
  while (!signal.aborted) {
    draw();
    await passed(LOOK_MS, signal);
    if (signal.aborted) return;
    ({ state, notice } = await nextLook(port, state));
  }
}

interface Look {
  readonly state: HouseState;
  readonly notice: FrameTerms['notice'];
}

/** A gateway that is being restarted is waited for, with what it told last on the screen. */
async function nextLook(port: AdminPort, last: HouseState): Promise<Look> {
  try {
    return { state: await askState(REQUESTS_MAX, port), notice: undefined };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const told = new Date(last.atMs).toISOString().slice(11, 19);
    return { state: last, notice: `no answer since ${told} UTC, trying again` };
  }
}

/** Resolves after a while, or as soon as the watching has ended. */
async function passed(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(milliseconds, undefined, { signal });
  } catch {
    // It has ended.
  }
}

/** As the terminal and NO_COLOR say. */
function hasColours(): boolean {
  return process.stdout.isTTY && process.stdout.hasColors();
}

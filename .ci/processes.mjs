// Children of a run. Old syntax on purpose: see start.mjs.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** How long an interrupted child may clean up before it is killed. */
const GRACE_MS = 15_000;

/** npm passes on a Ctrl-C that the terminal has already delivered; within this span two are one. */
const SAME_PRESS_MS = 1_000;

/** Output kept of one child; beyond it, the end is what is shown. */
const OUTPUT_CHARACTERS_MAX = 8_000_000;

/** A process group of its own lets one signal reach a child and all that it started. */
const ownGroup = process.platform !== 'win32';

/**
 * How often a command that the user has called is told to stop before it is killed: the gateway drains at
 * the first signal, for as long as it is set to, and stops at once at the second.
 */
const TELLS_MAX = 2;

/** @type {{ child: import('node:child_process').ChildProcess, shares: boolean } | undefined} */
let running;

/** @type {{ signal: NodeJS.Signals, atMs: number, presses: number } | undefined} */
let stopped;

for (const signal of /** @type {const} */ (['SIGHUP', 'SIGINT', 'SIGTERM'])) {
  process.on(signal, () => stop(signal));
}

/** @param {NodeJS.Signals} signal */
function stop(signal) {
  const atMs = Date.now();
  if (stopped !== undefined && atMs - stopped.atMs <= SAME_PRESS_MS) return;
  const presses = (stopped?.presses ?? 0) + 1;
  stopped = { signal, atMs, presses };
  if (running === undefined) exitIfStopped();
  const tells = running?.shares ? TELLS_MAX : 1;
  kill(presses > tells ? 'SIGKILL' : signal);
  if (!running?.shares) setTimeout(() => kill('SIGKILL'), GRACE_MS).unref();
}

/** @param {NodeJS.Signals} signal */
function kill(signal) {
  const pid = running?.child.pid;
  if (pid === undefined) return;
  try {
    process.kill(ownGroup ? -pid : pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function exitIfStopped() {
  if (stopped !== undefined) process.exit(codeOf(stopped.signal));
}

/**
 * What shells report of a command that a signal has ended.
 *
 * @param {NodeJS.Signals} signal
 */
function codeOf(signal) {
  return 128 + constants.signals[signal];
}

/**
 * Runs one command to its end and gives its exit code and, unless it `shares` the terminal, its output.
 * When the user stops the run, the child gets the signal and time to clean up. A command that shares the
 * terminal ends as it sees fit, and its exit code is given; after any other, this process ends too.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, shares?: boolean }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { env = process.env, shares = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env,
      stdio: shares ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      detached: ownGroup,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output = (output + text).slice(-OUTPUT_CHARACTERS_MAX);
      });
    }
    /** @param {number} code */
    const end = (code) => {
      running = undefined;
      if (!shares) exitIfStopped();
      resolve({ code, output });
    };
    running = { child, shares };
    child.on('error', (error) => {
      output += `${command}: ${error.message}\n`;
      end(127);
    });
    // What the child has left behind would outlive the run, and hold its pipes open.
    child.on('exit', () => kill('SIGKILL'));
    child.on('close', (code, signal) => end(code ?? codeOf(signal ?? 'SIGKILL')));
  });
}

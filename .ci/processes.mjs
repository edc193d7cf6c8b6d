// Children of a run. Old syntax on purpose: see start.mjs.
import { spawn } from 'node:child_process';

/** How long an interrupted child may clean up before it is killed. */
const GRACE_MS = 15_000;

/** npm passes on a Ctrl-C that the terminal has already delivered; within this span two are one. */
const SAME_PRESS_MS = 1_000;

/** Output kept of one child; beyond it, the end is what is shown. */
const OUTPUT_CHARACTERS_MAX = 8_000_000;

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** A process group of its own lets one signal reach a child and all that it started. */
const ownGroup = process.platform !== 'win32';

/** @type {import('node:child_process').ChildProcess | undefined} */
let running;

/** @type {{ signal: keyof typeof signalNumbers, atMs: number } | undefined} */
let stopped;

for (const signal of /** @type {const} */ (['SIGHUP', 'SIGINT', 'SIGTERM'])) {
  process.on(signal, () => stop(signal));
}

/** @param {keyof typeof signalNumbers} signal */
function stop(signal) {
  const atMs = Date.now();
  if (stopped === undefined) {
    stopped = { signal, atMs };
    kill(signal);
    setTimeout(() => kill('SIGKILL'), GRACE_MS).unref();
  } else if (atMs - stopped.atMs > SAME_PRESS_MS) {
    kill('SIGKILL');
  }
  if (running === undefined) exitIfStopped();
}

/** @param {NodeJS.Signals} signal */
function kill(signal) {
  if (running?.pid === undefined) return;
  try {
    process.kill(ownGroup ? -running.pid : running.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function exitIfStopped() {
  if (stopped !== undefined) process.exit(128 + signalNumbers[stopped.signal]);
}

/**
 * Runs one command to its end and gives its exit code and, unless it `shares` the terminal, its output.
 * When the user stops the run, the child gets the signal and time to clean up, and then this process ends too.
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
      stdio: ['ignore', shares ? 'inherit' : 'pipe', shares ? 'inherit' : 'pipe'],
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
      exitIfStopped();
      resolve({ code, output });
    };
    running = child;
    child.on('error', (error) => {
      output += `${command}: ${error.message}\n`;
      end(127);
    });
    // What the child has left behind would outlive the run, and hold its pipes open.
    child.on('exit', () => kill('SIGKILL'));
    child.on('close', (code) => end(code ?? 1));
  });
}

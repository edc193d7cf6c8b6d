// What is checked, in the order of cheapness. Old syntax on purpose: see start.mjs.
import { run } from './processes.mjs';

const linted = [
  'gateway',
  'routing',
  'telemetry',
  'deploy',
  'test',
  '.ci',
  'oxlint.config.ts',
  'vitest.config.ts',
];

/** One line of the report each. */
const steps = {
  format: ['oxfmt --check .'],
  lint: [`oxlint ${linted.join(' ')}`],
  types: ['tsc --noEmit', 'tsc --noEmit -p gateway/server/live/page', 'tsc --noEmit -p .ci'],
  'dead-code': ['knip'],
  house: ['vitest run --project house'],
  unit: ['vitest run --project unit'],
  suites: ['vitest run --project suites'],
  sim: ['vitest run --project sim'],
  e2e: ['vitest run --project e2e'],
};

/** @typedef {keyof typeof steps} Step */

/** @type {Step[]} */
const check = ['format', 'lint', 'types', 'dead-code', 'house', 'unit', 'suites'];

/**
 * Stages: one runs all its steps, and the next starts only when nothing has failed.
 *
 * @type {Map<string | undefined, Step[][]>}
 */
const plans = new Map([
  ['check', [check]],
  ['test', [check, ['sim'], ['e2e']]],
]);

/** Every word that `planOf` knows. */
export const words = [...plans.keys(), ...Object.keys(steps)];

/**
 * The stages that a word of the command line names: a plan, or a step by itself.
 *
 * @param {string | undefined} word
 */
export function planOf(word) {
  const step = /** @type {Step[]} */ (Object.keys(steps)).find((name) => name === word);
  return step === undefined ? plans.get(word) : [[step]];
}

/**
 * Runs the stages and prints a line a step; true when all passed.
 *
 * @param {Step[][]} plan
 * @param {NodeJS.ProcessEnv} env
 */
export async function runPlan(plan, env) {
  const startedMs = Date.now();
  /** @type {Step[]} */
  const failed = [];
  for (const stage of plan) {
    for (const step of stage) {
      if (!(await passes(step, env))) failed.push(step);
    }
    if (failed.length > 0) break;
  }
  const verdict = failed.length === 0 ? 'All passed' : `Failed: ${failed.join(', ')}`;
  process.stdout.write(`${verdict} (${seconds(startedMs)})\n`);
  return failed.length === 0;
}

/**
 * @param {Step} step
 * @param {NodeJS.ProcessEnv} env
 */
async function passes(step, env) {
  const startedMs = Date.now();
  const live = process.stdout.isTTY;
  if (live) process.stdout.write(`… ${step}`);
  const output = await firstFailure(steps[step], live ? { FORCE_COLOR: '1', ...env } : env);
  const mark = output === undefined ? '✓' : '✗';
  process.stdout.write(
    `${live ? '\r' : ''}${mark} ${step.padEnd(10)} ${seconds(startedMs).padStart(8)}\n`,
  );
  if (output !== undefined) process.stdout.write(`${output.trimEnd()}\n\n`);
  return output === undefined;
}

/**
 * The output of the first command that fails; undefined when none does.
 *
 * @param {string[]} commands
 * @param {NodeJS.ProcessEnv} env
 */
async function firstFailure(commands, env) {
  for (const line of commands) {
    const [command = '', ...args] = line.split(' ');
    const { code, output } = await run(command, args, { env });
    if (code !== 0) return output;
  }
  return undefined;
}

/** @param {number} sinceMs */
function seconds(sinceMs) {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;
}

// Brings what a bare clone lacks. Old syntax on purpose: see start.mjs.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.mjs';

/** The repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const toolchain = join(root, '.ci', 'toolchain');

/** Gives up soon where there is no network: npm's own waits between tries add up to over a minute. */
const npmFlags = [
  ['--no-audit', '--no-fund', '--loglevel=error'],
  ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'],
].flat();

/** The house cannot be set up. The message is complete and for people. */
export class SetupError extends Error {}

/**
 * Makes Node and the packages ready, says what it does, and gives the environment to run commands in.
 *
 * @returns {Promise<NodeJS.ProcessEnv>}
 */
export async function prepare() {
  const env = withBin(await bringNode(), join(root, 'node_modules', '.bin'));
  await bringPackages(env);
  return env;
}

/**
 * 22.19 is where undici 8 begins; vitest 5 refuses 23 and 25, which are past their end anyway.
 *
 * @param {string} version
 */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  return (major === 22 && minor >= 19) || major === 24 || major >= 26;
}

async function bringNode() {
  if (isNewEnough(process.version)) return process.env;
  const machine = `${process.platform}-${process.arch}`;
  if (machine !== 'linux-x64') {
    throw new SetupError(
      advice(`A clone can bring Node 24 by itself on linux-x64 only; this is ${machine}.`),
    );
  }
  await installOnce(toolchain, process.env, {
    why: `Node ${process.versions.node} is too old for numagate: bringing Node 24 into .ci/toolchain`,
    advice: advice('Bringing Node 24 from the npm registry has failed, see above.'),
  });
  const env = withBin(process.env, join(toolchain, 'node_modules', '.bin'));
  const { code, output } = await run('node', ['--version'], { env });
  if (code !== 0 || !isNewEnough(output.trim())) {
    throw new SetupError(
      `${output}\n${advice('The Node in .ci/toolchain does not run here, see above.')}`,
    );
  }
  return env;
}

/** @param {NodeJS.ProcessEnv} env */
async function bringPackages(env) {
  await installOnce(root, env, {
    why: 'Installing the packages',
    advice:
      'npm ci has failed, see above. It needs the npm registry, or an npm cache that holds the packages.',
  });
}

/** @param {string} reason */
function advice(reason) {
  return [
    `numagate needs Node 24 (22.19 and later 22, or 26, will do); this is Node ${process.versions.node}.`,
    reason,
    'Get Node 24 from https://nodejs.org/en/download, or with one of',
    '    nvm install 24      fnm install 24      brew install node@24',
    'and run the same command again.',
  ].join('\n');
}

/**
 * `npm ci`, unless the folder holds the packages of its lockfile as it is.
 *
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @param {{ why: string, advice: string }} words
 */
async function installOnce(folder, env, words) {
  const stamp = join(folder, 'node_modules', '.installed-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const startedMs = Date.now();
  // What the command that follows prints may be piped somewhere.
  process.stderr.write(`${words.why} (npm ci) … `);
  const [command, ...args] = npm();
  const { code, output } = await run(command, [...args, 'ci', '--prefix', folder, ...npmFlags], {
    env,
  });
  process.stderr.write(
    `${code === 0 ? '' : 'failed, '}${((Date.now() - startedMs) / 1000).toFixed(1)} s\n`,
  );
  if (code !== 0) throw new SetupError(`${output}\n${words.advice}`);
  writeFileSync(stamp, lock);
}

/**
 * The npm that started this run, if one did: it need not be the first on the PATH.
 *
 * @returns {[string, ...string[]]}
 */
function npm() {
  const script = process.env.npm_execpath;
  return script !== undefined && basename(script) === 'npm-cli.js' ? ['node', script] : ['npm'];
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} folder
 */
function withBin(env, folder) {
  return { ...env, PATH: `${folder}${delimiter}${env.PATH ?? ''}` };
}

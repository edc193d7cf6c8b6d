// What `npm test`, `npm run check` and `npm run demo` run first, in a bare clone and on the machine's own Node.
// This file and the ones that it imports therefore keep to what Node 18 has; all else may count on Node 24.
//
//     node .ci/start.mjs check | test | <step>      runs checks
//     node .ci/start.mjs -- <command> <argument>…   runs a command
import { run } from './processes.mjs';
import { prepare, root, SetupError } from './setup.mjs';
import { planOf, runPlan, words } from './steps.mjs';

/** @param {string[]} args */
async function main([word, command, ...args]) {
  process.chdir(root);
  if (word === '--' && command !== undefined) {
    const { code } = await run(command, args, { env: await prepare(), shares: true });
    return code;
  }
  const plan = planOf(word);
  if (plan === undefined || command !== undefined) {
    process.stderr.write(`usage: node .ci/start.mjs ${words.join(' | ')} | -- <command>\n`);
    return 2;
  }
  return (await runPlan(plan, await prepare())) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

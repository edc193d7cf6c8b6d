import { CommanderError } from 'commander';

import { tell } from './cli/output.ts';
import { programFor } from './cli/program.ts';
import { UsageError } from './cli/usage-error.ts';

/** Wrong words on the command line. */
const EXIT_USAGE = 2;
/** The work failed. */
const EXIT_FAILURE = 1;

await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', endQuietly);
  try {
    const program = await programFor(argv);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Whoever read our output has seen enough of it, as `head` does. */
function endQuietly(error: Error & { readonly code?: string }): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; help and version are no errors.
    return error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) {
    // Each line is one thing that is wrong.
    for (const line of message.split('\n')) tell(`gateway: ${line}`);
    return EXIT_USAGE;
  }
  tell(`gateway: ${message}`);
  return EXIT_FAILURE;
}
